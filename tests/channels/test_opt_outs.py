"""What is off for a number, where, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.channels.opt_outs import (
    every_of_factor,
    known_of,
    stopped_by_factor,
    stopped_channels,
)
from otpguard.core.assurance import Channel
from tests import factories

pytestmark = pytest.mark.django_db

NUMBER = "+12015550100"
NOTHING: frozenset[Channel] = frozenset()


def test_what_was_said_to_the_site_counts_everywhere() -> None:
    tenant, now = factories.tenant(), timezone.now()
    factories.opt_out(NUMBER)
    for place in ("", str(tenant.pk)):
        assert stopped_channels(NUMBER, tenant=place, now=now) == {Channel.SMS}
        assert stopped_channels("+12015550101", tenant=place, now=now) == NOTHING


def test_what_was_said_to_a_tenants_own_sender_counts_there_only() -> None:
    tenant, other, now = factories.tenant(), factories.tenant(), timezone.now()
    row = factories.opt_out(NUMBER, tenant, channel="whatsapp")
    phone = factories.phone_factor(factories.user(), NUMBER)
    assert stopped_channels(NUMBER, tenant=str(tenant.pk), now=now) == {Channel.WHATSAPP}
    for place in ("", str(other.pk)):
        assert stopped_channels(NUMBER, tenant=place, now=now) == NOTHING
        assert stopped_by_factor([phone], tenant=place, now=now) == {phone.pk: ()}
    assert stopped_by_factor([phone], tenant=str(tenant.pk), now=now) == {phone.pk: (row,)}
    assert every_of_factor(phone, now=now) == (row,), "the site sees all of it"


def test_one_that_ended_or_lapsed_counts_no_more() -> None:
    now = timezone.now()
    row = factories.opt_out(NUMBER, until=now + timedelta(hours=1))
    assert stopped_channels(NUMBER, tenant="", now=now) == {Channel.SMS}
    assert stopped_channels(NUMBER, tenant="", now=now + timedelta(hours=1)) == NOTHING
    factories.age(row, until=None, ended_at=now)
    assert stopped_channels(NUMBER, tenant="", now=now) == NOTHING
    assert not known_of(NUMBER).exists()


def test_a_number_is_found_while_its_index_moves_to_a_new_key(settings: Any) -> None:
    now = timezone.now()
    settings.OTPGUARD = {**settings.OTPGUARD, "INDEX_KEYS": ["o" * 40]}
    before = factories.opt_out(NUMBER)
    settings.OTPGUARD = {**settings.OTPGUARD, "INDEX_KEYS": ["n" * 40, "o" * 40]}
    assert vault.blind_indexes(NUMBER)[0] != before.phone_index
    assert stopped_channels(NUMBER, tenant="", now=now) == {Channel.SMS}
    phone = factories.phone_factor(factories.user(), NUMBER)
    assert stopped_by_factor([phone], tenant="", now=now) == {phone.pk: (before,)}


def test_a_factor_without_a_number_has_nothing_off() -> None:
    app, now = factories.totp_factor(factories.user()), timezone.now()
    factories.opt_out(NUMBER)
    assert stopped_by_factor([app], tenant="", now=now) == {}
    assert every_of_factor(app, now=now) == ()
