"""Which tenant a request is about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from otpguard.tenants import directory as module
from otpguard.tenants.directory import SESSION_KEY, SessionDirectory, directory


class FromPath:
    """A host that knows its tenant by the path."""

    def tenant_for(self, request: Any) -> str:
        return str(request.path.split("/")[1])


def request(**known: Any) -> Any:
    return SimpleNamespace(**{"session": {}, "path": "/acme/keys/", **known})


def test_the_tenant_kept_in_the_session_counts() -> None:
    asked = request(session={SESSION_KEY: "from-session"})
    assert SessionDirectory().tenant_for(asked) == "from-session"


@pytest.mark.parametrize("tenant", [SimpleNamespace(pk=7), 7, "7"])
def test_what_the_hosts_middleware_says_comes_first(tenant: Any) -> None:
    asked = request(session={SESSION_KEY: "from-session"}, tenant=tenant)
    assert SessionDirectory().tenant_for(asked) == "7"


def test_a_host_that_sets_no_tenant_leaves_it_to_the_session() -> None:
    asked = request(session={SESSION_KEY: "from-session"}, tenant=None)
    assert SessionDirectory().tenant_for(asked) == "from-session"


def test_a_request_about_no_tenant_gives_an_empty_id() -> None:
    assert SessionDirectory().tenant_for(request()) == ""


def test_a_host_may_name_a_directory_of_its_own() -> None:
    assert isinstance(directory(), SessionDirectory)
    with override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.FromPath"}):
        assert directory().tenant_for(request()) == "acme"
        assert directory() is module.directory()
    assert isinstance(directory(), SessionDirectory)
