"""Whatever an ask says is said by its challenge too: a round trip through the database."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core.assurance import Channel
from otpguard.core.send_options import SendOptions, send_options
from otpguard.exceptions import Ask
from otpguard.flows.challenge.ask_columns import ask_of, columns_of
from otpguard.models import Challenge
from tests import factories
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db

SAVED_SEED = b"s" * 16
# What PostgreSQL stores as text: no NUL, no half of a surrogate pair.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
plain = st.text("abc/?=&ä", max_size=40)
ids = st.uuids().map(str)


def options() -> st.SearchStrategy[SendOptions]:
    orders = st.lists(st.sampled_from(Channel), min_size=1, unique=True)
    return st.builds(
        send_options,
        preferred_methods=st.none() | orders,
        fallback_timeout=st.none() | st.integers(2, 120),
    )


ASKS: dict[str, st.SearchStrategy[Any]] = {
    "checkpoint": st.sampled_from(["api_key", "billing_change", "factor_change"]),
    "sid": plain,
    "story": ids,
    "intent": plain,
    "target": texts,
    "next": texts,
    "came_from": texts,
    "kept": st.just("") | ids,
    "binds": st.booleans(),
    "unkept": st.booleans(),
    "send_options": options(),
}
"""Every field but the two that name rows."""


def stored(ask: Ask) -> Challenge:
    """The ask after a challenge of it was written and read."""
    made = Challenge.objects.create(
        seed=SAVED_SEED,
        key_id="k",
        level=2,
        primary="password",
        expires_at=timezone.now(),
        **columns_of(ask),
    )
    return Challenge.objects.get(pk=made.pk)


def test_every_field_of_an_ask_is_among_those_that_are_tried() -> None:
    # Not kept: a challenge that has started needs no e-mail any more.
    not_kept = {"email_first"}
    assert {field.name for field in fields(Ask)} == {*ASKS, "user", "tenant"} | not_kept


@settings(max_examples=40, deadline=None)
@given(known=st.fixed_dictionaries(ASKS), outside=st.booleans())
def test_an_ask_comes_back_from_its_challenge_as_it_was(
    known: dict[str, Any], outside: bool
) -> None:
    tenant = "" if outside else str(factories.tenant().pk)
    ask = Ask(user=str(factories.user().pk), tenant=tenant, **known)
    assert ask_of(stored(ask)) == ask


def test_a_challenge_that_was_started_asks_what_was_asked() -> None:
    who = stopped()
    own = send_options(preferred_methods=["voice", "sms"], fallback_timeout=20)
    who.ask = replace(who.ask, send_options=own, binds=True, kept=str(UUID(int=7)))
    assert ask_of(Challenge.objects.get(pk=who.start().pk)) == who.ask
