"""Input of hardware tokens."""

from __future__ import annotations

import pytest
from django.test import override_settings

from otpguard.core.token_file import Mistake
from otpguard.flows.resume import is_secret
from otpguard.forms.tokens import TokensForm, say
from otpguard.models import Factor
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
FIELD = "token_secrets"


def form(text: str, *, foreign: bool = False) -> TokensForm:
    tenant = factories.tenant()
    factories.member(tenant, factories.user("ada"))
    site = factories.staff()
    facts = factories.facts(site, factories.tenant() if foreign else None)
    return TokensForm({FIELD: text}, facts=facts, tenant=tenant)


def test_a_list_without_mistakes_is_kept_as_it_is() -> None:
    text = f"serial,user,secret\r\nA1,ada,{SECRET}\r\n"
    given = form(text)
    assert given.is_valid(), given.errors
    assert given.cleaned_data[FIELD] == text
    assert not Factor.objects.exists()


def test_every_mistake_is_named_by_its_line_as_it_was_pasted() -> None:
    given = form("\n\nserial,user,secret\nA1,ada,?\nA2,eve,12345678901234567890123456789012\n")
    assert given.errors[FIELD] == [
        "Line 4: The secret is neither base32 nor hex.",
        "Line 5: No active member of this organization is called that.",
    ]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_a_mistake(text: str) -> None:
    assert not form(text).is_valid()


def test_another_tenants_people_are_not_looked_up() -> None:
    given = form(f"serial,user,secret\nA1,ada,{SECRET}", foreign=True)
    assert given.errors[FIELD] == ["This belongs to another organization."]


def test_the_name_of_the_field_keeps_it_from_being_kept() -> None:
    assert is_secret(FIELD)
    for word in ("token", "secret"):
        with override_settings(OTPGUARD={"SECRET_FIELDS": [word]}):
            assert is_secret(FIELD)


def test_a_mistake_is_said_with_its_values() -> None:
    assert say(Mistake(7, "It is in line %(line)d.", {"line": 3})) == "Line 7: It is in line 3."
    assert say(Mistake(7, "Plain.")) == "Line 7: Plain."
