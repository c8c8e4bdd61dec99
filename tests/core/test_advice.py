"""What the doctor says: the level, the topic, and words that tell what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core import advice
from otpguard.core.advice import Finding, Findings, Level
from otpguard.core.assurance import Channel
from otpguard.core.sweep_run import SweepRun

SECOND = timedelta(seconds=1)
NONE = timedelta(0)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def levels(findings: Findings) -> list[str]:
    return [str(each.level) for each in findings]


def test_providers_that_load_are_named_and_each_that_does_not_is_an_error() -> None:
    assert levels(advice.on_providers({}, ["sms", "email"])) == ["ok"]
    found = advice.on_providers({"sms": "no module", "email": "no host"}, ["sms", "email"])
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


def test_receipts_that_would_be_turned_away_are_a_warning() -> None:
    found = advice.on_receipts({"texts": "WEBHOOK_BASE_URL"}, ["texts", "chats"])
    assert levels(found) == ["warning", "ok"]
    assert "texts" in found[0].text
    assert "set WEBHOOK_BASE_URL" in found[0].text
    assert "chats" in found[1].text
    assert levels(advice.on_receipts({}, [])) == []


@pytest.mark.parametrize(
    ("answered", "expected"), [(None, ["error"]), (0, ["ok", "error"]), (3, ["ok", "ok"])]
)
def test_a_broker_that_is_away_and_workers_that_are_silent_are_errors(
    answered: int | None, expected: list[str]
) -> None:
    assert levels(advice.on_workers(answered)) == expected


def test_a_site_without_a_worker_of_its_own_is_a_warning() -> None:
    assert levels(advice.on_inline_worker()) == ["warning"]


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


def test_trusted_makers_that_nobody_is_are_an_error() -> None:
    assert advice.on_makers(asked=0, trusted=False) == ()
    assert advice.on_makers(asked=2, trusted=True) == ()
    (found,) = advice.on_makers(asked=2, trusted=False)
    assert (found.level, found.text.split()[0]) == (Level.ERROR, "2")


def test_factors_of_kinds_that_are_gone_are_counted() -> None:
    assert advice.on_missing_kinds({}) == ()
    first, second = advice.on_missing_kinds({"pigeon": 3, "card": 1})
    assert (first.level, first.topic) == (Level.WARNING, "factors")
    assert first.text.startswith('1 of the kind "card" prove nothing')
    assert second.text.startswith('3 of the kind "pigeon"')


def test_clients_that_cannot_be_told_apart_are_a_warning_that_says_what_to_set() -> None:
    def on(private: list[str], *, unreadable: bool = False, proxies: int = 0) -> Findings:
        return advice.on_client_ips(
            private=private, unreadable=unreadable, proxies=proxies, limit=60
        )

    assert levels(on([])) == levels(on(["10.0.0.1"], proxies=1)) == ["ok"]
    assert levels(on(["10.0.0.1"], unreadable=True)) == ["warning", "warning"]
    assert "10.0.0.1" in on(["10.0.0.1"])[0].text
    assert all("TRUSTED_PROXIES" in each.text for each in on(["10.0.0.1"], unreadable=True))
    assert "60 starts" in on([], unreadable=True, proxies=2)[0].text


def test_logins_that_nothing_is_known_of_are_counted_with_the_line_to_write() -> None:
    found = advice.on_logins({"acme.Sso": 3}, {"acme.Sso": "THE LINE"})
    assert [(each.level, each.topic) for each in found] == [(Level.WARNING, "logins")]
    assert "3 logins by acme.Sso" in found[0].text
    assert "THE LINE" in found[0].text
    assert advice.on_logins({}, {}) == ()


def run(age: timedelta, *, failed: bool = False) -> SweepRun:
    return SweepRun(
        ended_at=NOW - age,
        took=timedelta(milliseconds=7),
        rows=3,
        rounds=5,
        rows_in_all=40,
        failed=failed,
    )


@pytest.mark.parametrize(
    ("age", "failed", "expected"),
    [(NONE, False, "ok"), (NONE, True, "warning"), (3 * SECOND, False, "warning")],
)
def test_a_sweep_that_stands_still_or_fails_is_a_warning(
    age: timedelta, *, failed: bool, expected: str
) -> None:
    found = advice.on_sweep_runs({"celery@a": run(age, failed=failed)}, NOW)
    assert levels(found) == [expected]
    assert "took 7 ms and handled 3 rows; 40 rows in 5 rounds" in found[0].text


def test_each_worker_has_a_line_of_its_own() -> None:
    found = advice.on_sweep_runs({"b": run(NONE), "a": run(NONE)}, NOW)
    assert [each.text[:2] for each in found] == ["a:", "b:"]
    assert advice.on_sweep_runs({}, NOW) == ()


def test_a_limiter_whose_store_is_away_is_a_hint_because_the_database_counts() -> None:
    assert levels(advice.on_limiter("Redis does not answer: the database counts the caps.")) == [
        "hint"
    ]
    assert levels(advice.on_limiter("")) == []


def test_outside_data_that_is_faulty_is_an_error_and_old_or_missing_a_warning() -> None:
    def said(
        missing: tuple[str, ...] = (), faulty: tuple[str, ...] = (), old: tuple[str, ...] = ()
    ) -> list[tuple[str, str]]:
        found = advice.on_outside_data("network", missing=missing, faulty=faulty, old=old)
        return [(str(each.level), each.text) for each in found]

    assert said(faulty=("a",), old=("b",)) == [("error", "a"), ("warning", "b")]
    assert said(missing=("c",)) == [("warning", "c")]
    assert [level for level, _text in said()] == ["ok"]
