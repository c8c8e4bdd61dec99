"""Every code of the core has a word for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import pytest
from django.test import override_settings
from django.utils.functional import Promise

from otpguard import labels
from otpguard.core.assurance import AssuranceLevel, Channel, Primary
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.decision import Reason
from otpguard.core.events.base import CATALOG
from otpguard.core.evidence import Source
from otpguard.core.phone import NumberType
from otpguard.core.policy_rules import Unit
from otpguard.core.route import WhyUnused
from otpguard.core.shipped_kinds import BY_SMS, SHIPPED, SHIPPED_METHODS
from otpguard.core.todo import Todo
from otpguard.labels import reason_text


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (labels.CHANNELS, Channel),
        (labels.NUMBER_TYPES, NumberType),
        (labels.LEVELS, AssuranceLevel),
        (labels.REASONS, Reason),
        (labels.WHY_UNUSED, WhyUnused),
        (labels.RANGES, set(Unit) - {Unit.NONE}),
        (labels.TODOS, Todo),
        (labels.CHALLENGE_STATES, ChallengeState),
        (labels.DELIVERY_STATES, DeliveryState),
        (labels.PRIMARIES, Primary),
        (labels.SOURCES, Source),
    ],
    ids=[
        *("channels", "kinds of number", "levels", "reasons", "why unused", "ranges", "todos"),
        *("states of challenges", "states of deliveries", "primaries", "sources"),
    ],
)
def test_a_table_has_one_translatable_text_for_each_code_and_no_other(
    table: Mapping[Any, Any], codes: Iterable[Any]
) -> None:
    assert set(table) == set(codes)
    for text in table.values():
        assert isinstance(text, Promise)
        assert str(text).strip()


class Metal(StrEnum):
    """Something that no table knows."""

    TIN = "tin"


def test_a_member_is_called_by_its_table_and_without_one_by_its_own_word() -> None:
    assert labels.member_label(Channel.SMS) == labels.CHANNELS[Channel.SMS]
    assert labels.member_label(Metal.TIN) == "tin"


def test_a_range_says_both_ends_and_only_numbers_have_one() -> None:
    assert labels.range_text(Unit.SECONDS, low=2, high=120) == "From 2 s to 2 min."
    with pytest.raises(KeyError):
        labels.range_text(Unit.NONE, low=0, high=1)


def test_a_checkpoint_of_the_host_is_shown_under_the_hosts_own_label() -> None:
    own = Checkpoint(slug="payout", label="Pay out")
    assert labels.checkpoint_label(own) == "Pay out"
    assert str(labels.checkpoint_label(BUILT_IN["login"])) == "Log in"


def test_every_event_is_called_something_else_than_its_code() -> None:
    assert [
        code for code in CATALOG.names() if labels.event_label(code).strip() in {"", code}
    ] == []


@pytest.mark.parametrize(
    ("slugs", "label"),
    [
        (SHIPPED, labels.factor_kind_label),
        (SHIPPED_METHODS, labels.method_label),
        (BUILT_IN, lambda slug: labels.checkpoint_label(BUILT_IN[slug])),
    ],
    ids=["kinds of factor", "methods", "checkpoints"],
)
def test_each_is_called_something_else_than_its_slug(
    slugs: Iterable[str], label: Callable[[str], Any]
) -> None:
    for slug in slugs:
        text = label(slug)
        assert isinstance(text, Promise), slug
        assert str(text).strip() not in {"", slug}, slug


def test_a_kind_and_a_method_that_were_taken_out_are_shown_as_their_slugs() -> None:
    assert labels.factor_kind_label("pigeon") == "pigeon"
    assert labels.method_label("pigeon") == "pigeon"


def test_what_was_shown_is_the_subject_of_a_sentence() -> None:
    assert labels.shown(BY_SMS) == "Your phone code"


def test_an_event_of_a_later_release_is_shown_as_its_code() -> None:
    assert labels.event_label("moon.landed") == "moon.landed"


def test_a_product_without_organizations_is_told_reasons_that_name_none() -> None:
    assert any("rganization" in str(reason_text(reason)) for reason in Reason)
    with override_settings(OTPGUARD={"TENANCY": "single"}):
        said = {reason: str(reason_text(reason)) for reason in Reason}
    named = {reason for reason, text in said.items() if "rganization" in text}
    assert named == {Reason.NO_TENANT}, "which cannot be: every request is in the one tenant"
