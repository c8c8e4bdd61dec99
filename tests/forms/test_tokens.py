"""Input of hardware tokens."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from otpguard.core.token_file import Mistake
from otpguard.flows.checkpoint.kept_form import is_secret
from otpguard.forms.tokens import TokensForm, describe_line, describe_mistake
from otpguard.models import Factor
from tests import factories
from tests.pskc import RFC_FIGURE_6, RFC_KEY

pytestmark = pytest.mark.django_db
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
FIELD = "token_secrets"


def form(text: str, *, foreign: bool = False, **more: str) -> TokensForm:
    tenant = factories.tenant()
    factories.member(tenant, User.objects.filter(username="ada").first() or factories.user("ada"))
    site = factories.staff()
    facts = factories.facts(site, factories.tenant() if foreign else None)
    return TokensForm({FIELD: text, **more}, facts=facts, tenant=tenant)


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
        "Line 5: This organization has no active member with this name.",
    ]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_a_mistake(text: str) -> None:
    assert not form(text).is_valid()


def test_another_tenants_people_are_not_looked_up() -> None:
    given = form(f"serial,user,secret\nA1,ada,{SECRET}", foreign=True)
    assert given.errors["__all__"] == ["This belongs to another organization."]


def test_an_encrypted_file_is_read_with_its_key_and_a_list_of_owners() -> None:
    owners = "serial,user\n987654321,ada\n"
    given = form(RFC_FIGURE_6, token_key=RFC_KEY, owners=owners)
    assert given.is_valid(), given.errors
    assert given.file == {"text": RFC_FIGURE_6, "key": RFC_KEY, "owners": owners}
    assert form(RFC_FIGURE_6, owners=owners).errors[FIELD] == [
        "Line 4: The file is encrypted: give its key or passphrase."
    ]
    wrong = form(RFC_FIGURE_6, token_key=RFC_KEY, owners="serial,user\n987654321,eve\n")
    assert wrong.errors == {
        "owners": ["Line 2: This organization has no active member with this name."]
    }
    assert RFC_KEY not in str(wrong["token_key"])


def test_the_names_of_the_fields_keep_secrets_from_being_kept() -> None:
    assert not is_secret("owners")
    for field, words in ((FIELD, ("token", "secret")), ("token_key", ("token",))):
        assert is_secret(field)
        for word in words:
            with override_settings(OTPGUARD={"SECRET_FIELDS": [word]}):
                assert is_secret(field)


def test_a_mistake_is_said_with_its_values() -> None:
    assert (
        describe_mistake(Mistake(7, "It is in line %(line)d.", {"line": 3}))
        == "Line 7: It is in line 3."
    )
    assert describe_mistake(Mistake(7, "Plain.")) == "Line 7: Plain."
    there = Mistake(7, "Plain.", in_owners=True)
    assert describe_mistake(there) == "List of owners: Line 7: Plain."
    assert describe_line(there) == "Line 7: Plain."
