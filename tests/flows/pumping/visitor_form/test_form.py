"""Giving a form its token, and finding out what it showed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard import vault
from otpguard.core.pumping.visitor_form.form_token import FORM_LIFE, FormFault
from otpguard.flows.pumping.visitor_form.form import (
    FormFields,
    check_form,
    issue_form_token,
    place_of_token,
)
from otpguard.flows.pumping.visitor_form.work import make_work
from tests.flows.pumping.forms import LATER, PLACE, checked, now, solve

DIGEST = "0" * 64


def test_a_form_that_a_person_filled_in_is_whole() -> None:
    form = checked(fingerprint=DIGEST)
    assert form.fault is None
    assert form.facts.checked
    assert form.facts.token_valid
    assert form.facts.filled_ms == LATER // timedelta(milliseconds=1)
    assert form.facts.work_level == 0
    assert not form.facts.honeypot_filled
    assert len(form.spends) == 1


def test_no_two_tokens_are_the_same_and_none_shows_the_browser() -> None:
    at = now()
    first, second = (issue_form_token(PLACE, now=at) for _ in range(2))
    assert first != second
    assert place_of_token(first) == PLACE
    assert PLACE.browser not in first


@pytest.mark.parametrize("raw", ["", "x", "gAAAAA", "\ud800", "é", "a" * 3_000])
def test_a_forged_token_is_missing_and_spends_nothing(raw: str) -> None:
    form = check_form(FormFields(token=raw), PLACE, client_ip="", now=now())
    assert form.fault is FormFault.MISSING
    assert not form.facts.token_valid
    assert form.spends == ()


def test_a_token_of_another_purpose_is_forged() -> None:
    real = vault.decrypt_token(
        vault.FORM, issue_form_token(PLACE, now=now()), max_age=timedelta(hours=1)
    )
    other = vault.encrypt_token(vault.ASK, real)
    assert check_form(FormFields(token=other), PLACE, client_ip="", now=now()).fault is (
        FormFault.MISSING
    )


def test_an_old_form_still_says_when_it_was_shown() -> None:
    at = now()
    raw = issue_form_token(PLACE, now=at - FORM_LIFE)
    form = check_form(FormFields(token=raw), PLACE, client_ip="", now=at)
    assert form.fault is FormFault.OLD
    again = check_form(
        FormFields(token=issue_form_token(PLACE, now=at, after=form)), PLACE, client_ip="", now=at
    )
    assert again.fault is None
    assert again.facts.filled_ms == FORM_LIFE // timedelta(milliseconds=1)


def test_a_form_of_another_place_hands_nothing_on() -> None:
    elsewhere = replace(PLACE, source="other")
    form = checked(elsewhere)
    at = now()
    raw = issue_form_token(PLACE, now=at, after=form)
    assert check_form(FormFields(token=raw), PLACE, client_ip="", now=at).facts.filled_ms == 0


def test_the_first_fingerprint_stays_and_is_not_the_one_that_was_sent() -> None:
    first = checked(fingerprint=DIGEST)
    assert first.facts.fingerprint not in {"", DIGEST}
    at = now()
    raw = issue_form_token(PLACE, now=at, after=first)
    sent = FormFields(token=raw, fingerprint="1" * 64)
    assert check_form(sent, PLACE, client_ip="", now=at).facts.fingerprint == (
        first.facts.fingerprint
    )


@pytest.mark.parametrize("raw", ["", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n"])
def test_a_fingerprint_that_our_script_has_not_made_is_none(raw: str) -> None:
    assert checked(fingerprint=raw).facts.fingerprint == ""


def test_a_honeypot_is_seen_also_without_a_token() -> None:
    assert checked(honeypot="x").facts.honeypot_filled
    assert check_form(
        FormFields(honeypot="x"), PLACE, client_ip="", now=now()
    ).facts.honeypot_filled


def test_behavior_is_read_only_where_the_site_has_it_counted(settings: Any) -> None:
    said = '{"pointer": 1, "key": 2, "touch": 0, "paste": 0, "first_ms": 9}'
    assert checked(behavior=said).facts.behavior is None
    settings.OTPGUARD = {**settings.OTPGUARD, "FORM_BEHAVIOR": True}
    read = checked(behavior=said).facts.behavior
    assert read is not None
    assert read.key == 2


def test_a_solved_puzzle_counts_and_is_spent_with_the_token() -> None:
    form = checked(work=solve(make_work(PLACE, 1, now=now())))
    assert form.facts.work_level == 1
    assert len({each.digest for each in form.spends}) == 2


def test_a_puzzle_that_no_token_comes_with_is_worth_nothing() -> None:
    work = solve(make_work(PLACE, 1, now=now()))
    form = check_form(FormFields(token="x", work=work), PLACE, client_ip="", now=now())
    assert form.facts.work_level == 0


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_a_stranger_sends_raises(
    token: str, work: str, fingerprint: str, behavior: str
) -> None:
    sent = FormFields(token=token, work=work, fingerprint=fingerprint, behavior=behavior)
    assert not check_form(sent, PLACE, client_ip="", now=now()).facts.token_valid


def test_the_repr_of_what_was_sent_shows_none_of_it() -> None:
    assert "secret" not in repr(FormFields(token="secret", honeypot="secret", work="secret"))
