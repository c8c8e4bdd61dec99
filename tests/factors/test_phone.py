"""Phone numbers as factors."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from otpguard import vault
from otpguard.core.assurance import Channel
from otpguard.core.phone import parse_phone
from otpguard.factors import phone
from otpguard.models import Factor
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db
NUMBER = parse_phone("+1 201 555 0123", region="US")
OLD, NEW = "old index key " * 3, "new index key " * 3


def with_index(*keys: str) -> override_settings:
    return override_settings(OTPGUARD={"INDEX_KEYS": list(keys)})


def build(**known: Any) -> Factor:
    factor = phone.build(user_id=str(factories.user().pk), number=NUMBER, **known)
    factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor


def test_a_new_phone_is_unconfirmed_encrypted_and_named_by_its_mask() -> None:
    factor = build()
    assert (factor.kind, factor.confirmed, factor.tenant) == ("phone", False, None)
    assert factor.name == "+1 ••• ••23"
    assert "5550123" not in raw(factor, "secret")
    assert factor.secret.reveal() == "+12015550123"
    assert [factor.phone_index] == list(vault.blind_indexes("+12015550123"))
    assert factor.phone_index_old == ""


def test_a_name_and_a_tenant_may_be_given() -> None:
    tenant = factories.tenant()
    factor = build(name="Work", tenant=tenant)
    assert (factor.name, factor.tenant) == ("Work", tenant)


def test_a_number_is_found_with_everybody_who_has_it() -> None:
    holders = {build().pk, build().pk}
    factories.phone_factor(factories.user(), "+12015550199")
    assert {factor.pk for factor in phone.holders_of(NUMBER.e164)} == holders


def test_a_number_is_found_while_the_index_moves_and_after() -> None:
    with with_index(OLD):
        before = build()
    with with_index(NEW, OLD):
        during = build()
        assert during.phone_index_old == before.phone_index
        assert set(phone.holders_of(NUMBER.e164)) == {before, during}
        for moved in phone.reindex(Factor.objects.all()):
            moved.save()
        assert set(phone.holders_of(NUMBER.e164)) == {before, during}
    with with_index(NEW):
        assert set(phone.holders_of(NUMBER.e164)) == {before, during}
        assert {factor.secret.reveal() for factor in Factor.objects.all()} == {NUMBER.e164}


def test_without_the_move_a_new_index_key_would_lose_the_number() -> None:
    with with_index(OLD):
        build()
    with with_index(NEW):
        assert not phone.holders_of(NUMBER.e164).exists()


def test_the_old_index_is_dropped_when_the_move_is_over() -> None:
    with with_index(NEW, OLD):
        factor = build()
    with with_index(NEW):
        [done] = phone.reindex([factor])
        assert done.phone_index_old == ""
        assert done.phone_index == factor.phone_index


def test_reindexing_encrypts_under_the_newest_key() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        factor = build()
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        [moved] = phone.reindex([factor])
        moved.save()
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert Factor.objects.get(pk=factor.pk).secret.reveal() == NUMBER.e164


def test_a_code_reaches_the_mailbox_of_the_day_the_phone_was_bound_and_no_other() -> None:
    by_number = {Channel.SMS, Channel.WHATSAPP, Channel.VOICE}
    factor = build(email="Kim@example.com")
    assert phone.reachable(factor, email="kim@example.com") == by_number, "not confirmed yet"
    factor.confirmed = True
    for email in ("Kim@example.com", "kim@EXAMPLE.com"):
        assert phone.reachable(factor, email=email) == by_number | {Channel.EMAIL}
    for other in ("", "eve@example.com"):
        assert phone.reachable(factor, email=other) == by_number


def test_a_phone_that_was_bound_without_an_email_never_falls_back_to_one() -> None:
    factor = build()
    factor.confirmed = True
    assert factor.email_index == phone.email_index("") == ""
    assert not phone.is_bound_email(factor, "")
    assert Channel.EMAIL not in phone.reachable(factor, email="kim@example.com")


def test_the_email_is_not_in_the_row() -> None:
    factor = build(email="kim@example.com")
    assert "kim" not in raw(factor, "email_index")
    assert phone.is_bound_email(factor, "kim@example.com")


def test_a_bound_email_is_still_known_while_the_index_moves() -> None:
    with with_index(OLD):
        factor = build(email="kim@example.com")
    with with_index(NEW, OLD):
        assert phone.is_bound_email(factor, "kim@example.com")


@pytest.mark.parametrize("channel", Channel)
def test_a_destination_is_shown_masked(channel: Channel) -> None:
    shown = phone.masked_destination(channel, number=NUMBER.e164, email="kim@example.com")
    assert shown == ("k•••@example.com" if channel is Channel.EMAIL else "+1 ••• ••23")


def test_a_land_line_is_called_and_never_written_to() -> None:
    user = factories.user(email="")
    land_line = factories.phone_factor(user, "+493012345678")
    assert phone.reachable(land_line, email="") == frozenset({Channel.VOICE})
