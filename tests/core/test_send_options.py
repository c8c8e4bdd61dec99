"""What one call may ask of its sending, and what it may not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.policy import RULES
from otpguard.core.send_options import USUAL, SendOptions, send_options
from otpguard.core.wishes import WishError


def test_a_call_that_asks_nothing_leaves_all_to_the_policy() -> None:
    assert send_options() is USUAL
    assert USUAL.wishes == {}


def test_an_order_and_a_wait_are_read() -> None:
    made = send_options(preferred_methods=["whatsapp", Channel.SMS], fallback_timeout=20)
    assert made == SendOptions(
        preferred_methods=(Channel.WHATSAPP, Channel.SMS), fallback_timeout=timedelta(seconds=20)
    )
    assert made.wishes == {
        "preferred_methods": (Channel.WHATSAPP, Channel.SMS),
        "preferred_methods_by_country": (),
        "fallback_timeout": timedelta(seconds=20),
    }
    assert send_options(fallback_timeout=timedelta(seconds=20)) == send_options(fallback_timeout=20)


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
    made = send_options(**asked)
    assert send_options(**json.loads(json.dumps(made.dump()))) == made


def test_its_order_is_for_every_country_and_no_other_is_written_down() -> None:
    made = send_options(preferred_methods=["sms"])
    assert made.wishes["preferred_methods_by_country"] == ()
    assert made.dump() == {"preferred_methods": ["sms"]}


def test_what_it_sets_are_fields_of_a_policy() -> None:
    made = send_options(preferred_methods=["sms"], fallback_timeout=8)
    assert set(made.wishes) <= set(RULES)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"preferred_methods": []}, "preferred_methods: must name at least one"),
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
        send_options(**asked)
