"""The command names who has linked no sign-in."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from otpguard.models import FederatedIdentity
from tests import factories
from tests.sign_in_rule import own_sign_in_only
from tests.verifying import brought

pytestmark = pytest.mark.django_db


def test_it_names_who_would_be_left_outside() -> None:
    member = factories.member(factories.tenant())
    out = factories.member(member.tenant)
    own_sign_in_only(member.tenant, member.user)
    said = StringIO()
    call_command("otpguard_sso_dry_run", member.tenant.slug, stdout=said)
    assert out.user.get_username() in said.getvalue()
    assert member.user.get_username() not in said.getvalue().replace(out.user.get_username(), "")
    assert "1 members" in said.getvalue()
    assert "0 of them are linked" in said.getvalue()


def test_it_counts_those_whom_a_domain_links() -> None:
    there = brought()
    out = factories.member(there.tenant)
    said = StringIO()
    call_command("otpguard_sso_dry_run", there.tenant.slug, stdout=said)
    lines = said.getvalue().splitlines()
    [known] = [line for line in lines if "links itself" in line]
    assert known.startswith(f"{there.user.pk} ")
    assert any(out.user.get_username() in line for line in lines)
    assert lines[-1].startswith("2 members have linked no sign-in. 1 of them")
    assert not FederatedIdentity.objects.exists(), "a dry run"


def test_an_organization_that_is_not_there_is_said() -> None:
    with pytest.raises(CommandError, match="no organization"):
        call_command("otpguard_sso_dry_run", "nobody")
