"""The command writes everybody, and says what keeps it from doing so."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.single import make_single
from otpguard.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("otpguard_sync_members", stdout=out, stderr=StringIO(), no_color=True)
    return out.getvalue()


@override_settings(OTPGUARD={"TENANCY": "single"})
def test_everybody_becomes_a_member_once() -> None:
    factories.user()
    with pytest.raises(CommandError, match="migrate"):
        run()
    make_single(facts=RequestFacts(now=timezone.now()))
    assert run() == "Done. Accounts: 1, written: 1.\n"
    assert run() == "Done. Accounts: 1, written: 0.\n"
    assert Membership.objects.count() == 1


def test_it_is_for_one_tenant_only() -> None:
    with pytest.raises(CommandError, match="TENANCY"):
        run()
