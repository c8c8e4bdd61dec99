"""The command names the one tenant, or says in one line why it cannot."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.single import make_single
from otpguard.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_names_the_one_tenant() -> None:
    with override_settings(OTPGUARD={"TENANCY": "single"}):
        make_single(facts=RequestFacts(now=timezone.now()))
    call_command("otpguard_adopt_single", "acme", "Acme", external_id="17", verbosity=0)
    assert list(Tenant.objects.values_list("slug", "name", "external_id")) == [
        ("acme", "Acme", "17")
    ]


@pytest.mark.parametrize(
    ("slug", "said"), [("a b", "Use letters"), ("acme", "There never was"), ("taken", "Another")]
)
def test_what_cannot_be_is_one_line(slug: str, said: str) -> None:
    if slug == "taken":
        factories.tenant("taken")
        make_single(facts=RequestFacts(now=timezone.now()))
    with pytest.raises(CommandError, match=said):
        call_command("otpguard_adopt_single", slug, "Acme")
