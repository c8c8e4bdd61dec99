"""How policy values read, and what a place is called."""

from __future__ import annotations

import pytest

from otpguard.admin.tables.policy_scope import Place, rows_of
from otpguard.forms.policy import PolicyForm
from otpguard.forms.team.policy_text import words
from otpguard.models import PolicyWish
from tests import factories


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ttl", 1200, "20 min"),
        ("hold", 86_400, "24 h"),
        ("hold", 0, "0 s"),
        ("ttl", 90, "90 s"),
        ("max_attempts", 5, "5"),
        ("max_attempts", 1, "1"),
        ("active", True, "yes"),
        ("binds_intent", "false", "no"),
        ("allowed_channels", ["sms", "voice", "pigeon"], "text message, phone call, pigeon"),
        ("allowed_channels", [], "none"),
        ("required_level", "AAL2", "a second way to confirm (AAL2)"),
        ("enforcement", "report_only", "let pass and report"),
        ("allowed_factors", ["totp", "tin"], "Authenticator app, tin"),
        ("preferred_methods_by_country", {"IN": ["whatsapp"]}, "IN: WhatsApp"),
    ],
)
def test_a_value_reads_as_words(name: str, value: object, text: str) -> None:
    assert words(name, value) == text


@pytest.mark.django_db
def test_a_place_names_whose_and_what_and_finds_the_current_version() -> None:
    tenant = factories.tenant(name="Acme")
    place = Place(tenant=tenant, checkpoint="api_key")
    assert str(place) == "Create or rotate an API key · Acme"
    assert place.current() is None
    PolicyWish.objects.create(tenant=tenant, checkpoint="api_key", version=1, current=False)
    second = PolicyWish.objects.create(tenant=tenant, checkpoint="api_key", version=2)
    assert place.current() == second
    assert place.pk != Place(tenant=None, checkpoint="api_key").pk


@pytest.mark.django_db
def test_each_field_stands_beside_what_counts_the_default_and_the_floor() -> None:
    PolicyWish.objects.create(checkpoint="billing_change", version=1, wishes={"ttl": 600})
    rows = rows_of(Place(tenant=None, checkpoint="billing_change"), PolicyForm(by_tenant=False))
    (ttl,) = [row for row in rows if row["field"].name == "ttl"]
    assert (ttl["now"], ttl["default"], ttl["floor"]) == (
        "10 min",
        "20 min",
        "30 min",
    )
