""" "This was not me" ends a reset, by a token that sets no password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.password_reset import LINK_LIFE
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.password_reset.finish import finish_reset
from otpguard.flows.password_reset.link import denial_for, find_link
from otpguard.flows.password_reset.repudiate import repudiable, repudiate_reset
from otpguard.models import Event, ResetLink
from otpguard.testing.racing import race
from tests import factories
from tests.flows.password_reset.resets import opened
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_link_ends_and_the_log_says_so() -> None:
    user = factories.user()
    facts, token = opened(user)
    denial = denial_for(token)
    assert repudiable(token=denial, now=timezone.now())
    assert ResetLink.objects.get().ended_at is None, "looking changes nothing"
    assert repudiate_reset(facts=factories.facts(), token=denial)
    assert finish_reset(facts=facts, token=token, set_password=lambda _user: None) is None
    assert not repudiate_reset(facts=factories.facts(), token=denial)
    assert Event.objects.get(kind="password_reset.repudiated").subject_ref == str(user.pk)


def test_neither_token_does_what_the_other_does() -> None:
    user = factories.user()
    _facts, token = opened(user)
    now = timezone.now()
    assert find_link(user=user, token=denial_for(token), now=now) is None
    assert not repudiate_reset(facts=factories.facts(), token=token)
    assert denial_for("made up") == ""


def test_only_the_link_of_that_person_ends() -> None:
    mine, other = factories.user(), factories.user()
    _facts, token = opened(mine)
    opened(other)
    repudiate_reset(facts=factories.facts(), token=denial_for(token))
    assert ResetLink.objects.get(user=mine).ended_at is not None
    assert ResetLink.objects.get(user=other).ended_at is None


def test_an_old_link_is_over_already() -> None:
    _facts, token = opened(factories.user())
    ResetLink.objects.update(created_at=timezone.now() - LINK_LIFE - timedelta(seconds=1))
    assert not repudiable(token=denial_for(token), now=timezone.now())
    assert not repudiate_reset(facts=factories.facts(), token=denial_for(token))


def test_a_password_and_its_denial_at_once_do_not_both_happen() -> None:
    facts, token = opened(factories.user())
    denial = denial_for(token)
    rest = iter(["set", "deny"])

    def act() -> bool:
        if next(rest) == "deny":
            return repudiate_reset(facts=factories.facts(), token=denial)
        return finish_reset(facts=facts, token=token, set_password=lambda _user: None) is not None

    assert sum(race(act, threads=2)) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_is_said_to_have_ended() -> None:
    facts, token = opened(factories.user())
    denial = denial_for(token)
    with store_down(), pytest.raises(StoreUnavailable):
        repudiable(token=denial, now=facts.now)
    with store_down(), pytest.raises(StoreUnavailable):
        repudiate_reset(facts=facts, token=denial)
