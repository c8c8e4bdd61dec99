"""The table of authentication back ends: Django's own, by their own names alone."""

from __future__ import annotations

import pytest
from django.contrib.auth import backends
from django.utils.module_loading import import_string

from otpguard.conf.people.login_backends import ALLAUTH, RECORDED, SHIPPED, line_for
from otpguard.core.assurance import Primary

PASSWORD = (backends.ModelBackend, backends.AllowAllUsersModelBackend)
REMOTE = (backends.RemoteUserBackend, backends.AllowAllUsersRemoteUserBackend)


@pytest.mark.parametrize("kind", PASSWORD)
def test_djangos_own_check_of_a_password_is_one(kind: type) -> None:
    assert SHIPPED[f"{kind.__module__}.{kind.__qualname__}"] is Primary.PASSWORD


@pytest.mark.parametrize("kind", REMOTE)
def test_a_user_whom_the_web_server_names_came_by_single_sign_on(kind: type) -> None:
    assert SHIPPED[f"{kind.__module__}.{kind.__qualname__}"] is Primary.SSO


def test_the_table_names_what_there_is_and_nothing_of_others() -> None:
    assert {import_string(path) for path in SHIPPED} == {*PASSWORD, *REMOTE}
    assert {ALLAUTH} == RECORDED


def test_the_line_can_be_pasted() -> None:
    settings: dict[str, object] = {}
    exec(line_for("acme.Sso").replace(", ...", ""), settings)
    assert settings["OTPGUARD"] == {"LOGIN_BACKENDS": {"acme.Sso": "password"}}
