"""The command names who has linked no sign-in."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests import factories
from tests.sign_in_rule import own_sign_in_only

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


def test_an_organization_that_is_not_there_is_said() -> None:
    with pytest.raises(CommandError, match="no organization"):
        call_command("otpguard_sso_dry_run", "nobody")
