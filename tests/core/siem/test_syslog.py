"""Syslog messages, held against the grammar of RFC 5424 and the frames of RFC 5425."""

from __future__ import annotations

import json
import re

import pytest

from otpguard.core.events.base import CATALOG
from otpguard.core.siem.syslog import LARGEST, framed, syslog_message
from tests.core.siem.events import sent

GRAMMAR = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) -"
    rb" ([!-~]{1,32}) \[otpguard@(\d+)((?: [a-z_]{1,32}=\"(?:[^\"\\\]]|\\[\"\\\]])*\")*)\] "
    rb"\xef\xbb\xbf(.*)",
    re.DOTALL,
)


def test_a_message_has_every_part() -> None:
    made = syslog_message(sent(), host="app.example.com")
    found = GRAMMAR.fullmatch(made)
    assert found is not None
    priority, at, host, app, kind, number, data, text = found.groups()
    assert (priority, at) == (b"84", b"2026-11-28T17:00:00.123Z")
    assert (host, app, kind, number) == (
        b"app.example.com",
        b"otpguard",
        b"challenge.rejected",
        b"32473",
    )
    assert b' actor="7"' in data
    assert json.loads(text) == {"time": 1}


@pytest.mark.parametrize("text", ['say "hi"', "[x]", "back\\slash", 'all "of\\ it]'])
def test_three_signs_are_escaped_and_a_line_ends_nowhere(text: str) -> None:
    made = syslog_message(sent(facts={"actor": f"{text}\nnext"}), host="h")
    found = GRAMMAR.fullmatch(made)
    assert found is not None
    said = found[7].decode().partition(' actor="')[2].rpartition('"')[0]
    assert re.sub(r'\\(["\\\]])', r"\1", said) == f"{text} next"


def test_nothing_of_the_header_can_be_forged() -> None:
    made = syslog_message(sent(kind="a b\n<1>"), host="h x\ny")
    assert GRAMMAR.fullmatch(made) is not None
    assert made.startswith(b"<84>1 2026-11-28T17:00:00.123Z h_x_y otpguard - a_b_<1> "), made


def test_a_message_that_is_too_large_says_so() -> None:
    made = syslog_message(sent(rendered=b'"' + b"x" * LARGEST + b'"'), host="h")
    assert len(made) < LARGEST
    assert b' cut="1"' in made
    assert json.loads(made.partition(b"\xef\xbb\xbf")[2])["cut"] is True


def test_facts_that_are_too_large_are_left_out_too() -> None:
    made = syslog_message(sent(facts={"actor": "ä" * LARGEST}), host="h")
    assert len(made) <= LARGEST
    assert GRAMMAR.fullmatch(made) is not None


def test_a_frame_counts_bytes() -> None:
    assert framed("ä".encode()) == b"2 \xc3\xa4"


def test_every_kind_of_event_fits_into_a_message_id() -> None:
    assert [kind for kind in CATALOG.names() if len(kind) > 32] == []
