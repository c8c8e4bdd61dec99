"""Without the package the command says so; beside the package it is tried in tests/importing."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_a_package_that_is_not_installed_is_said() -> None:
    out = StringIO()
    call_command("otpguard_import_allauth", dry_run=True, rp_id="acme.example", stdout=out)
    assert out.getvalue().splitlines() == [
        "totp: not installed",
        "recovery: not installed",
        "passkey: not installed",
    ]
