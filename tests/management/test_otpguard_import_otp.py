"""The command says what it took over of each kind, and ends with one line when it could not."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import modify_settings
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from otpguard.models import Factor
from tests import factories

pytestmark = pytest.mark.django_db


def run(out: StringIO | None = None, **options: Any) -> list[str]:
    out = out or StringIO()
    call_command("otpguard_import_otp", stdout=out, no_color=True, **options)
    return out.getvalue().splitlines()


@pytest.fixture
def enrolled(db: None) -> None:
    user = factories.user()
    TOTPDevice.objects.create(user=user, name="App")
    StaticDevice.objects.create(user=user, name="Backup").token_set.create(token="abcdefgh")


def test_each_kind_has_a_line_with_counts(enrolled: None) -> None:
    assert run() == ["otp_totp: 1 added, 0 known already", "otp_static: 1 added, 0 known already"]
    assert run() == ["otp_totp: 0 added, 1 known already", "otp_static: 0 added, 1 known already"]
    assert Factor.objects.count() == 2


def test_a_dry_run_writes_nothing(enrolled: None) -> None:
    assert run(dry_run=True) == [
        "otp_totp: 1 to add, 0 known already",
        "otp_static: 1 to add, 0 known already",
    ]
    assert not Factor.objects.exists()


def test_mistakes_end_it_with_one_line_after_the_rest_is_done(enrolled: None) -> None:
    for _ in range(7):
        TOTPDevice.objects.create(user=factories.user(), name="Odd", t0=1)
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        run(out)
    assert out.getvalue().startswith("otp_totp: 1 added, 0 known already, 7 not possible\n")
    said = str(caught.value)
    assert said.startswith("Not imported: otp_totp/")
    assert said.count("t0 must be 0") == 5
    assert said.endswith("and 2 more")
    assert "\n" not in said
    assert caught.value.returncode == 1
    assert Factor.objects.count() == 2


def test_a_plugin_that_is_not_installed_is_said() -> None:
    with modify_settings(INSTALLED_APPS={"remove": ["django_otp.plugins.otp_static"]}):
        assert run()[1] == "otp_static: not installed"
