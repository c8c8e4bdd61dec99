"""What the doctor says: the level, the topic, and words that tell what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core import advice
from otpguard.core.advice import Finding, Findings, Level, worst
from otpguard.core.assurance import Channel

SECOND = timedelta(seconds=1)
NONE = timedelta(0)


def levels(findings: Findings) -> list[str]:
    return [str(each.level) for each in findings]


def test_providers_that_load_are_named_and_each_that_does_not_is_an_error() -> None:
    assert levels(advice.on_providers({}, ["sms", "mail"])) == ["ok"]
    found = advice.on_providers({"sms": "no module", "mail": "no host"}, ["sms", "mail"])
    assert levels(found) == ["error", "error"]
    assert "sms cannot be loaded: no module" in found[0].text
    assert levels(advice.on_providers({}, [])) == ["error"]


def test_a_channel_without_a_route_is_a_warning_and_no_route_at_all_an_error() -> None:
    everything = {channel: ["p"] for channel in Channel}
    assert set(levels(advice.on_channels(everything))) == {"ok"}
    without = {**everything, Channel.VOICE: []}
    assert levels(advice.on_channels(without)).count("warning") == 1
    lone = advice.on_channels({Channel.SMS: ["p"]})
    assert levels(lone).count("hint") == 1
    assert "no second way" in lone[-1].text
    assert levels(advice.on_channels({})) == ["error"]


def test_reports_that_would_be_turned_away_are_a_warning() -> None:
    found = advice.on_reports({"texts": "WEBHOOK_BASE_URL"}, ["texts", "chats"])
    assert levels(found) == ["warning", "ok"]
    assert "texts" in found[0].text
    assert "set WEBHOOK_BASE_URL" in found[0].text
    assert "chats" in found[1].text
    assert levels(advice.on_reports({}, [])) == []


@pytest.mark.parametrize(
    ("answered", "expected"), [(None, ["error"]), (0, ["ok", "error"]), (3, ["ok", "ok"])]
)
def test_a_broker_that_is_away_and_workers_that_are_silent_are_errors(
    answered: int | None, expected: list[str]
) -> None:
    assert levels(advice.on_workers(answered)) == expected


@pytest.mark.parametrize(
    ("skew", "expected", "said"),
    [
        (NONE, "ok", "0.0 s"),
        (2 * SECOND, "ok", "2.0 s"),
        (-2 * SECOND, "ok", "2.0 s"),
        (2.1 * SECOND, "error", "2.1 s ahead of"),
        (-7 * SECOND, "error", "7.0 s behind"),
    ],
)
def test_clocks_may_differ_by_two_seconds(skew: timedelta, expected: str, said: str) -> None:
    (found,) = advice.on_clock(skew)
    assert (found.level, said in found.text) == (expected, True)


@pytest.mark.parametrize(
    ("timer", "outbox", "expected"),
    [
        (NONE, NONE, ["ok"]),
        (2 * SECOND, 2 * SECOND, ["ok"]),
        (3 * SECOND, NONE, ["warning"]),
        (31 * SECOND, NONE, ["error"]),
        (NONE, 31 * SECOND, ["error"]),
        (3 * SECOND, 31 * SECOND, ["warning", "error"]),
    ],
)
def test_a_sweep_that_lags_is_told_of(
    timer: timedelta, outbox: timedelta, expected: list[str]
) -> None:
    assert levels(advice.on_sweeper(timer, outbox)) == expected


def test_notices_that_wait_or_failed_are_warnings() -> None:
    assert levels(advice.on_notices(0, 0)) == ["ok"]
    assert levels(advice.on_notices(2, 3)) == ["warning", "warning"]
    assert advice.on_notices(2, 0)[0].text.startswith("2 have been waiting")


def test_keys_in_change_are_told_of() -> None:
    steady = {"roots": 1, "indexes": 0, "own_roots": True, "older_events": 0}
    assert levels(advice.on_keys(**steady)) == ["ok"]
    assert levels(advice.on_keys(**{**steady, "own_roots": False})) == ["hint"]
    changing = advice.on_keys(**{**steady, "roots": 2, "older_events": 5})
    assert levels(changing) == ["hint", "warning"]
    assert "5 audit events" in changing[0].text
    assert levels(advice.on_keys(**{**steady, "roots": 2, "indexes": 2})) == ["hint", "hint"]


def test_a_relying_party_that_is_not_fixed_weighs_more_once_there_are_passkeys() -> None:
    def found(*, fixed: bool, origins: bool, passkeys: int) -> Finding:
        (one,) = advice.on_relying_party(fixed=fixed, origins=origins, passkeys=passkeys)
        return one

    assert found(fixed=True, origins=True, passkeys=9).level is Level.OK
    assert found(fixed=False, origins=False, passkeys=0).level is Level.HINT
    bad = found(fixed=True, origins=False, passkeys=9)
    assert bad.level is Level.WARNING
    assert "RELYING_PARTY_ORIGINS" in bad.text
    assert "RELYING_PARTY_ID" not in bad.text
    assert "9 passkeys" in bad.text


def test_the_worst_of_several_counts() -> None:
    assert worst(()) is Level.OK
    assert worst(advice.ok("a", "b") + advice.hint("a", "b")) is Level.HINT
    assert worst(advice.error("a", "b") + advice.warning("a", "b")) is Level.ERROR
