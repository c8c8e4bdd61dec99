"""What one call may ask of its sending, and what it may not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.policy import FIELD_NAMES
from otpguard.core.sending import USUAL, Sending, sending
from otpguard.core.wishes import WishError, dump


def test_a_call_that_asks_nothing_leaves_all_to_the_policy() -> None:
    assert sending() is USUAL
    assert USUAL.wishes == {}


def test_an_order_and_a_wait_are_read() -> None:
    made = sending(preferred_methods=["whatsapp", Channel.SMS], fallback_timeout=20)
    assert made == Sending(
        preferred_methods=(Channel.WHATSAPP, Channel.SMS), fallback_timeout=timedelta(seconds=20)
    )
    assert made.wishes == {
        "preferred_methods": (Channel.WHATSAPP, Channel.SMS),
        "fallback_timeout": timedelta(seconds=20),
    }
    assert sending(fallback_timeout=timedelta(seconds=20)) == sending(fallback_timeout=20)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"preferred_methods": ("voice",)},
        {"fallback_timeout": 2},
        {"preferred_methods": list(Channel), "fallback_timeout": 120},
    ],
)
def test_it_survives_json_both_ways(asked: dict[str, Any]) -> None:
    made = sending(**asked)
    assert sending(**json.loads(json.dumps(dump(made.wishes)))) == made


def test_what_it_sets_are_fields_of_a_policy() -> None:
    made = sending(preferred_methods=["sms"], fallback_timeout=8)
    assert set(made.wishes) <= set(FIELD_NAMES)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"preferred_methods": []}, "preferred_methods: must name at least one channel"),
        ({"preferred_methods": ["sms", "sms"]}, "each once"),
        ({"preferred_methods": ["smoke"]}, '"smoke" is not one of: sms, whatsapp, voice, email'),
        ({"preferred_methods": "sms"}, "preferred_methods: must be a list, in order, of: sms"),
        ({"preferred_methods": {"sms", "voice"}}, "must be a list, in order"),
        ({"preferred_methods": 7}, "must be a list, in order"),
        ({"fallback_timeout": 1}, "fallback_timeout: must be whole seconds from 2 to 120"),
        ({"fallback_timeout": 121}, "from 2 to 120"),
        ({"fallback_timeout": 0}, "from 2 to 120"),
        ({"fallback_timeout": True}, "from 2 to 120"),
        ({"fallback_timeout": 8.0}, "whole seconds"),
        ({"fallback_timeout": "8"}, "whole seconds"),
        ({"fallback_timeout": timedelta(seconds=8.5)}, "whole seconds"),
        ({"fallback_timeout": timedelta(minutes=3)}, "from 2 to 120"),
    ],
)
def test_anything_else_is_refused_by_the_name_of_its_argument(
    asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(WishError, match=message):
        sending(**asked)
