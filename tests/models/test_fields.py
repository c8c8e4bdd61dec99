"""Encrypted columns show nothing until `reveal`; names are kept without what cannot be seen."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import override_settings

from otpguard import vault
from otpguard.models import Factor, Tenant
from otpguard.models.fields import Encrypted, PlainTextField, PlainTextInput
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db
NUMBER = "+12015550123"


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user(), NUMBER)


def test_the_plain_text_is_absent_from_the_table(factor: Factor) -> None:
    stored = raw(factor, "secret")
    assert "2015550123" not in stored
    assert vault.decrypt(stored) == NUMBER


def test_it_comes_back_encrypted_and_is_shown_by_no_repr(factor: Factor) -> None:
    assert isinstance(factor.secret, Encrypted)
    for shown in (repr(factor.secret), str(factor.secret), f"{factor.secret}", repr(factor)):
        assert "5550123" not in shown
        assert factor.secret.token not in shown
    assert repr(factor.secret) == "Encrypted(••••)"
    assert factor.secret.reveal() == NUMBER


def test_saving_a_row_again_leaves_its_ciphertext_alone(factor: Factor) -> None:
    before = raw(factor, "secret")
    factor.save()
    assert raw(factor, "secret") == before


def test_a_new_plain_text_is_encrypted_when_it_is_saved(factor: Factor) -> None:
    factor.secret = "+12015550199"
    factor.save()
    factor.refresh_from_db()
    assert "5550199" not in raw(factor, "secret")
    assert factor.secret.reveal() == "+12015550199"


def test_a_plain_text_in_an_update_is_encrypted_too(factor: Factor) -> None:
    Factor.objects.filter(pk=factor.pk).update(secret="+12015550177")
    assert "5550177" not in raw(factor, "secret")


def test_an_empty_text_stays_empty(factor: Factor) -> None:
    factor.secret = ""
    factor.save()
    factor.refresh_from_db()
    assert raw(factor, "secret") == ""
    assert not factor.secret
    assert factor.secret.reveal() == ""
    assert repr(factor.secret) == "Encrypted()"


def test_equal_texts_cannot_be_told_from_their_columns() -> None:
    one, two = (factories.phone_factor(factories.user(), NUMBER) for _ in range(2))
    assert raw(one, "secret") != raw(two, "secret")
    assert not Factor.objects.filter(secret=NUMBER).exists()


def test_without_the_key_the_row_can_be_read_but_not_revealed(factor: Factor) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["another key " * 4]}):
        again = Factor.objects.get(pk=factor.pk)
        with pytest.raises(vault.UndecryptableError):
            again.secret.reveal()


HIDDEN = "Blue\u202e\x07 \u2066key\u2069"


def test_a_name_is_kept_without_what_cannot_be_seen_however_it_is_written(factor: Factor) -> None:
    factor.name = HIDDEN
    factor.save()
    assert factor.name == "Blue key", "in memory too"
    assert raw(factor, "name") == "Blue key"
    Factor.objects.filter(pk=factor.pk).update(name=HIDDEN + "2")
    assert raw(factor, "name") == "Blue key2"
    (tenant,) = Tenant.objects.bulk_create([Tenant(slug="blue", name=HIDDEN, brand=HIDDEN)])
    assert (raw(tenant, "name"), raw(tenant, "brand")) == ("Blue key", "Blue key")


def test_a_name_is_found_by_what_was_typed(factor: Factor) -> None:
    factor.name = HIDDEN
    factor.save()
    assert Factor.objects.filter(name=HIDDEN).get() == factor


def test_its_input_is_cleaned_alike_and_the_database_knows_it_as_text() -> None:
    field = Factor._meta.get_field("name")
    assert isinstance(field, PlainTextField)
    form_field = field.formfield()
    assert isinstance(form_field, PlainTextInput)
    assert form_field.clean(HIDDEN) == "Blue key"
    assert field.deconstruct()[1] == "django.db.models.CharField"


@pytest.mark.parametrize(
    "column",
    [
        "Approval.reason",
        "Factor.name",
        "FactorBlock.reason",
        "Hold.reason",
        "RouteHealth.reason",
        "RouteSwitch.reason",
        "TenDlcRegistration.brand",
        "TenDlcRegistration.campaign",
        "Tenant.brand",
        "Tenant.industry",
        "Tenant.name",
        "WhatsAppSender.display_name",
    ],
)
def test_every_name_and_reason_that_people_type_is_such_a_column(column: str) -> None:
    model, name = column.split(".")
    assert isinstance(apps.get_model("otpguard", model)._meta.get_field(name), PlainTextField)
