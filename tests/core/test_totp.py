"""HOTP and TOTP by their RFCs, seeds as they are written, and what is accepted when."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from otpguard.core import totp
from otpguard.core.codes import normalize_code
from otpguard.core.totp import Algorithm, Clock, InvalidSeedError, Seed

KEY = b"12345678901234567890"
SEED = Seed(key=KEY)
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
CURRENT = totp.step_at(SEED, NOW)

seeds = st.builds(
    Seed,
    key=st.binary(min_size=16, max_size=64),
    digits=st.integers(6, 8),
    period=st.integers(15, 120),
    algorithm=st.sampled_from(Algorithm),
)
moments = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 (without a zone on purpose)
    timezones=st.just(UTC),
)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def match(given: str, **known: Any) -> int | None:
    start = {"now": NOW, "tolerance": 1, "after": -1}
    return totp.matching_step(given, SEED, **{**start, **known})


def digits(step: int) -> str:
    return totp.code_at(SEED, step).digits


# --- the RFCs ----------------------------------------------------------------------------------

RFC_4226_D = [
    (0, "cc93cf18508d94934c64b65d8ba7667fb7cde4b0", "4c93cf18", 1284755224, "755224"),
    (1, "75a48a19d4cbe100644e8ac1397eea747a2d33ab", "41397eea", 1094287082, "287082"),
    (2, "0bacb7fa082fef30782211938bc1c5e70416ff44", "82fef30", 137359152, "359152"),
    (3, "66c28227d03a2d5529262ff016a1e6ef76557ece", "66ef7655", 1726969429, "969429"),
    (4, "a904c900a64b35909874b33e61c5938a8e15ed1c", "61c5938a", 1640338314, "338314"),
    (5, "a37e783d7b7233c083d4f62926c7a25f238d0316", "33c083d4", 868254676, "254676"),
    (6, "bc9cd28561042c83f219324d3c607256c03272ae", "7256c032", 1918287922, "287922"),
    (7, "a4fb960c0bc06e1eabb804e5b397cdc4b45596fa", "4e5b397", 82162583, "162583"),
    (8, "1b3c89f65e6c9e883012052823443f048b4332db", "2823443f", 673399871, "399871"),
    (9, "1637409809a679dc698207310c8c7fc07290d9e5", "2679dc69", 645520489, "520489"),
]


@pytest.mark.parametrize(("count", "mac", "in_hex", "in_decimal", "hotp"), RFC_4226_D)
def test_the_values_of_rfc_4226_appendix_d(
    count: int, mac: str, in_hex: str, in_decimal: int, hotp: str
) -> None:
    assert hmac.new(KEY, count.to_bytes(8, "big"), "sha1").hexdigest() == mac
    assert totp.truncate(bytes.fromhex(mac)) == int(in_hex, 16) == in_decimal
    assert totp.code_at(SEED, count).digits == hotp


KEYS = {
    Algorithm.SHA1: b"1234567890" * 2,
    Algorithm.SHA256: b"1234567890" * 3 + b"12",
    Algorithm.SHA512: b"1234567890" * 6 + b"1234",
}
RFC_6238_B = [
    (59, "0000000000000001", "94287082", Algorithm.SHA1),
    (59, "0000000000000001", "46119246", Algorithm.SHA256),
    (59, "0000000000000001", "90693936", Algorithm.SHA512),
    (1111111109, "00000000023523EC", "07081804", Algorithm.SHA1),
    (1111111109, "00000000023523EC", "68084774", Algorithm.SHA256),
    (1111111109, "00000000023523EC", "25091201", Algorithm.SHA512),
    (1111111111, "00000000023523ED", "14050471", Algorithm.SHA1),
    (1111111111, "00000000023523ED", "67062674", Algorithm.SHA256),
    (1111111111, "00000000023523ED", "99943326", Algorithm.SHA512),
    (1234567890, "000000000273EF07", "89005924", Algorithm.SHA1),
    (1234567890, "000000000273EF07", "91819424", Algorithm.SHA256),
    (1234567890, "000000000273EF07", "93441116", Algorithm.SHA512),
    (2000000000, "0000000003F940AA", "69279037", Algorithm.SHA1),
    (2000000000, "0000000003F940AA", "90698825", Algorithm.SHA256),
    (2000000000, "0000000003F940AA", "38618901", Algorithm.SHA512),
    (20000000000, "0000000027BC86AA", "65353130", Algorithm.SHA1),
    (20000000000, "0000000027BC86AA", "77737706", Algorithm.SHA256),
    (20000000000, "0000000027BC86AA", "47863826", Algorithm.SHA512),
]


@pytest.mark.parametrize(("seconds", "step", "code", "algorithm"), RFC_6238_B)
def test_the_values_of_rfc_6238_appendix_b(
    seconds: int, step: str, code: str, algorithm: Algorithm
) -> None:
    seed = Seed(key=KEYS[algorithm], digits=8, algorithm=algorithm)
    now, number = at(seconds), int(step, 16)
    assert totp.step_at(seed, now) == number
    assert totp.code_at(seed, number).digits == code
    assert totp.matching_step(code, seed, now=now, tolerance=0, after=-1) == number


# --- what is accepted --------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [0, 1, -1, 2, -2, -5, 200])
def test_codes_within_the_tolerance_of_its_own_clock_are_accepted(drift: int) -> None:
    own = CURRENT + drift
    for off in (-1, 0, 1):
        assert match(digits(own + off), drift=drift) == own + off
    for off in (-2, 2):
        assert match(digits(own + off), drift=drift) is None
        assert match(digits(own + off), drift=drift, tolerance=2) == own + off
        assert match(digits(own + off // 2), drift=drift, tolerance=0) is None


def test_steps_that_are_used_up_are_not_accepted() -> None:
    assert match(digits(CURRENT), after=CURRENT - 1) == CURRENT
    assert match(digits(CURRENT), after=CURRENT) is None
    assert match(digits(CURRENT - 1), after=CURRENT) is None
    assert match(digits(CURRENT), after=CURRENT + 1) is None


@given(seeds, moments, st.integers(-3, 3))
def test_without_tolerance_only_the_current_step_counts(
    seed: Seed, now: datetime, off: int
) -> None:
    current = totp.step_at(seed, now)
    code = totp.code_at(seed, current + off).digits
    assume(off == 0 or totp.code_at(seed, current).digits != code)
    found = totp.matching_step(code, seed, now=now, tolerance=0, after=-1)
    assert found == (current if off == 0 else None)


@given(seeds, moments, st.integers(0, 1), st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_a_code_is_accepted_at_most_once_by_its_step(
    seed: Seed, now: datetime, late: int, waits: list[int]
) -> None:
    code = totp.code_at(seed, totp.step_at(seed, now) - late).digits
    after, accepted = -1, []
    for wait in waits:
        now = at(now.timestamp() + wait * seed.period)
        step = totp.matching_step(code, seed, now=now, tolerance=1, after=after)
        if step is not None:
            accepted.append(step)
            after = step
    assert accepted == sorted(set(accepted))
    assert all(totp.code_at(seed, step).digits == code for step in accepted)


def test_of_two_steps_with_the_same_code_the_newer_is_used_up() -> None:
    """Or the same digits would serve a second time."""
    codes = [digits(step) for step in range(5000)]
    older, newer = next(
        (codes.index(code), step) for step, code in enumerate(codes) if codes.index(code) < step
    )
    far = newer - older
    now = at(newer * 30)
    assert match(codes[newer], now=now, tolerance=far) == newer
    assert match(codes[newer], now=now, tolerance=far, after=newer) is None


@pytest.mark.parametrize("form", ["{} {}", "{}-{}", " {}{} ", "{}\n{}"])
def test_a_code_may_be_typed_as_it_is_shown(form: str) -> None:
    code = digits(CURRENT)
    assert match(form.format(code[:3], code[3:])) == CURRENT


@given(st.text())
@example("")
@example("\ud800")
@example("١٢٣")
def test_any_other_text_is_no_code(text: str) -> None:
    around = {digits(CURRENT + off) for off in (-1, 0, 1)}
    assert match(text) is None or normalize_code(text) in around


def test_the_first_steps_of_time_have_none_before_them() -> None:
    assert match(digits(0), now=at(1), tolerance=1) == 0
    assert totp.drift_of(digits(3), SEED, now=at(1)) == 3


# --- a clock that is off -----------------------------------------------------------------------


def test_a_code_from_ahead_shows_at_once_that_the_clock_is_fast() -> None:
    assert Clock().after_code(1) == Clock(drift=1)
    assert Clock(drift=-5).after_code(-4) == Clock(drift=-4)


def test_two_late_codes_in_a_row_show_that_the_clock_is_slow() -> None:
    once = Clock(drift=2).after_code(1)
    assert once == Clock(drift=2, was_late=True)
    assert once.after_code(1) == Clock(drift=1)
    assert once.after_code(2) == Clock(drift=2), "the first was typed slowly"


def follow(offs: list[int], *, tolerance: int = 1) -> Clock | None:
    """What is known of a clock after right codes of an hour each; None when one was refused."""
    clock, after = Clock(), -1
    for number, off in enumerate(offs):
        now = at(NOW.timestamp() + number * 3600)
        given = digits(totp.step_at(SEED, now) + off)
        step = match(given, now=now, tolerance=tolerance, after=after, drift=clock.drift)
        if step is None:
            return None
        clock, after = clock.after_code(step - totp.step_at(SEED, now)), step
    return clock


def test_a_clock_that_goes_wrong_slowly_is_followed_however_far() -> None:
    assert follow([off for off in range(20) for _ in range(2)]) == Clock(drift=19)
    assert follow([-off for off in range(20) for _ in range(2)]) == Clock(drift=-19)


@given(st.lists(st.sampled_from([0, 0, -1]), max_size=40))
def test_who_types_slowly_at_times_is_never_locked_out(offs: list[int]) -> None:
    assert follow(offs) is not None


def test_strict_mode_learns_nothing() -> None:
    assert follow([0, 0], tolerance=0) == Clock()
    assert follow([1], tolerance=0) is None


@pytest.mark.parametrize("off", [-10, -2, -1, 0, 1, 10])
def test_a_clock_that_is_off_is_seen(off: int) -> None:
    assert totp.drift_of(digits(CURRENT + off), SEED, now=NOW) == off


@pytest.mark.parametrize("off", [-11, 11])
def test_a_clock_that_is_far_off_is_a_wrong_code(off: int) -> None:
    assert totp.drift_of(digits(CURRENT + off), SEED, now=NOW) is None


# --- seeds -------------------------------------------------------------------------------------


@given(seeds)
def test_a_seed_is_read_as_it_was_written(seed: Seed) -> None:
    assert totp.parse_seed(seed.dump()) == seed


def test_a_key_is_read_with_what_a_paste_brings_along() -> None:
    spelled = SEED.spelled.replace(" ", "\u2011")
    assert totp.read_key(f"\u2066{spelled}\u2069\u200e==") == KEY


@given(seeds)
def test_a_key_is_read_from_hex_and_base32(seed: Seed) -> None:
    assert totp.read_key(seed.key.hex()) == totp.read_key(seed.key.hex().upper()) == seed.key
    assume(set(seed.base32) - set("ABCDEF234567"))
    assert totp.read_key(seed.spelled) == totp.read_key(seed.base32.lower()) == seed.key


def test_a_seed_does_not_show_its_key() -> None:
    for text in (repr(SEED), str(SEED), f"{SEED}"):
        assert text == "Seed(••••, 6 digits, 30 s, SHA1)"
    assert "••" in repr(totp.code_at(SEED, 1))


def test_a_key_is_spelled_in_groups_of_four() -> None:
    assert SEED.spelled == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


@pytest.mark.parametrize(
    "changed",
    [
        {"key": bytes(15)},
        {"key": bytes(129)},
        {"digits": 5},
        {"digits": 9},
        {"period": 14},
        {"period": 121},
    ],
    ids=str,
)
def test_a_seed_out_of_bounds_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidSeedError):
        Seed(**{"key": KEY, **changed})


@pytest.mark.parametrize("text", ["not base32!", "GEZD1", "1" * 33, "Ä" * 32, "A" * 33])
def test_what_is_no_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidSeedError) as caught:
        totp.read_key(text)
    assert text not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "+12015550123", '{"key": 1, "digits": 6}', '{"key": "zz"}'],
)
def test_what_is_no_seed_is_refused(text: str) -> None:
    with pytest.raises(InvalidSeedError):
        totp.parse_seed(text)


# --- the QR code's text ------------------------------------------------------------------------


def test_the_uri_says_all_that_an_authenticator_needs() -> None:
    seed = Seed(key=KEY, digits=8, period=60, algorithm=Algorithm.SHA256)
    uri = seed.otpauth_uri("Acme & Söhne", "ada@example.com")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Acme & Söhne:ada@example.com"
    assert parse_qs(parts.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Acme & Söhne"],
        "algorithm": ["SHA256"],
        "digits": ["8"],
        "period": ["60"],
    }
    assert "+" not in uri, "authenticators do not read it as a blank"


def test_a_colon_ends_no_issuer() -> None:
    uri = SEED.otpauth_uri("Acme: prod", "a:b")
    assert unquote(urlsplit(uri).path) == "/Acme prod:a b"


def test_an_issuer_may_be_missing() -> None:
    uri = SEED.otpauth_uri("", "ada")
    assert urlsplit(uri).path == "/ada"
    assert "issuer" not in uri
