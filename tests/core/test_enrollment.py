"""Rules add up, factors meet them, time runs out: the order of what may happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import NIST_800_63B_4, SAAS_2026, AssuranceLevel
from otpguard.core.decision import EnrolledFactor
from otpguard.core.enrollment import (
    Due,
    EnrollmentStatus,
    NotRequired,
    Overdue,
    Rule,
    best,
    enrollment_status,
    reach,
    would_break,
)
from tests.core.strategies import NOW, levels, profiles

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
DAY = timedelta(days=1)
PHONE = EnrolledFactor(id="phone", kind=shipped_kinds.PHONE)
TOTP = EnrolledFactor(id="totp", kind=shipped_kinds.TOTP)
TOKEN = replace(TOTP, id="token", hardware=True)
PASSKEY = EnrolledFactor(id="passkey", kind=shipped_kinds.PASSKEY)
CODES = EnrolledFactor(id="codes", kind=shipped_kinds.RECOVERY)
STARTED = Rule(starts_at=NOW - DAY, grace=10 * DAY)
PAST = Rule(starts_at=NOW - 30 * DAY, grace=10 * DAY)

moments = st.integers(-60, 60).map(lambda days: NOW + days * DAY)
roles = st.frozensets(st.sampled_from(["admin", "member", "owner"]))
rules = st.builds(
    Rule,
    role=st.sampled_from(["", "admin", "member"]),
    level=st.none() | levels,
    starts_at=moments,
    grace=st.integers(0, 30).map(lambda days: days * DAY),
)
factors = st.builds(
    EnrolledFactor,
    id=st.sampled_from("abcdef"),
    kind=st.sampled_from(list(shipped_kinds.SHIPPED.values())),
    hardware=st.booleans(),
    backup_eligible=st.booleans(),
    attested=st.booleans(),
)
since = st.none() | moments


def at(
    *asked: Rule, enrolled: tuple[EnrolledFactor, ...] = (), role: str = "", **changed: object
) -> EnrollmentStatus:
    known: dict[str, object] = {
        "roles": frozenset({role}) if role else frozenset(),
        "factors": enrolled,
        "profile": SAAS_2026,
        "now": NOW,
        "member_since": None,
    }
    return enrollment_status(asked, **{**known, **changed})


def severity(where: EnrollmentStatus) -> tuple[int, int, float]:
    """A number that grows with how strict a status is."""
    if isinstance(where, NotRequired):
        return (0, 0, 0)
    return (
        1 if isinstance(where, Due) else 2,
        where.level or 0,
        -where.deadline.timestamp(),
    )


def is_as_strict(after: EnrollmentStatus, before: EnrollmentStatus) -> bool:
    """True when `after` is nowhere looser: neither state, nor level, nor deadline."""
    pairs = zip(severity(after), severity(before), strict=True)
    return isinstance(before, NotRequired) or all(a >= b for a, b in pairs)


def test_without_a_rule_nothing_is_required() -> None:
    assert at() == NotRequired()


def test_a_rule_counts_down_and_then_closes() -> None:
    assert at(STARTED) == Due(level=None, deadline=NOW + 9 * DAY)
    assert at(STARTED, now=NOW + 9 * DAY - timedelta(seconds=1)) != at(PAST)
    assert at(STARTED, now=NOW + 9 * DAY) == Overdue(level=None, deadline=NOW + 9 * DAY)


def test_a_rule_that_starts_later_is_announced_at_once() -> None:
    later = Rule(starts_at=NOW + 20 * DAY)
    assert at(later) == Due(level=None, deadline=NOW + 20 * DAY)


def test_a_new_member_gets_the_grace_as_well() -> None:
    assert at(PAST, member_since=NOW - DAY) == Due(level=None, deadline=NOW + 9 * DAY)
    assert isinstance(at(PAST, member_since=NOW - 40 * DAY), Overdue)


@pytest.mark.parametrize(
    ("level", "enrolled", "required"),
    [
        (None, (), True),
        (None, (PHONE,), False),
        (None, (CODES,), True),
        (AAL2, (PHONE,), False),
        (AAL2, (CODES,), True),
        (AAL3, (PHONE, TOTP), True),
        (AAL3, (TOKEN,), False),
        (AAL3, (PHONE, PASSKEY), False),
    ],
)
def test_a_factor_meets_the_levels_that_it_can_reach(
    level: AssuranceLevel | None, enrolled: tuple[EnrolledFactor, ...], required: bool
) -> None:
    where = at(replace(PAST, level=level), enrolled=enrolled)
    assert isinstance(where, Overdue) is required


def test_a_level_is_that_of_the_profile() -> None:
    strict = replace(PAST, level=AAL3)
    assert isinstance(at(strict, enrolled=(PASSKEY,), profile=NIST_800_63B_4), Overdue)
    attested = replace(PASSKEY, backup_eligible=False, attested=True)
    assert at(strict, enrolled=(attested,), profile=NIST_800_63B_4) == NotRequired()


def test_a_rule_for_a_role_asks_only_who_has_it() -> None:
    admins = replace(PAST, role="admin", level=AAL3)
    assert at(admins, role="member", enrolled=(PHONE,)) == NotRequired()
    assert isinstance(at(admins, role="admin", enrolled=(PHONE,)), Overdue)


def test_the_strictest_level_and_the_earliest_deadline_of_what_is_missing_count() -> None:
    strict = Rule(level=AAL3, starts_at=NOW, grace=30 * DAY)
    assert at(STARTED, strict) == Due(level=AAL3, deadline=NOW + 9 * DAY)


def test_a_met_rule_lends_its_deadline_to_no_other() -> None:
    """Else a new rule with a grace period would close out everybody under an old one at once."""
    strict = Rule(level=AAL3, starts_at=NOW, grace=30 * DAY)
    assert at(PAST, strict, enrolled=(PHONE,)) == Due(level=AAL3, deadline=NOW + 30 * DAY)


def test_a_factor_counts_while_its_waiting_time_runs() -> None:
    waiting = replace(PHONE, usable_from=NOW + DAY)
    assert at(PAST, enrolled=(waiting,)) == NotRequired()


def test_the_best_factor_is_the_stronger_kind_of_what_proves_the_same() -> None:
    assert best([CODES], SAAS_2026) is None
    assert best([PHONE, TOTP, CODES], SAAS_2026) is TOTP
    assert best([TOKEN, PASSKEY], SAAS_2026) is PASSKEY
    assert best([PHONE, TOKEN], SAAS_2026) is TOKEN
    assert (reach(PHONE, SAAS_2026), reach(None, SAAS_2026)) == (AAL2, None)


def breaks(*asked: Rule, without: str, enrolled: tuple[EnrolledFactor, ...]) -> bool:
    return would_break(
        asked,
        without=without,
        roles=frozenset(),
        factors=enrolled,
        profile=SAAS_2026,
        now=NOW,
        member_since=None,
    )


def test_losing_the_last_factor_breaks_a_rule_whose_deadline_has_passed() -> None:
    assert breaks(PAST, without="phone", enrolled=(PHONE, CODES))
    assert not breaks(PAST, without="phone", enrolled=(PHONE, TOTP))
    assert not breaks(STARTED, without="phone", enrolled=(PHONE,)), "the grace period still runs"
    assert not breaks(PAST, without="codes", enrolled=(PHONE, CODES))
    assert breaks(replace(PAST, level=AAL3), without="passkey", enrolled=(PHONE, PASSKEY))


def test_a_rule_that_is_broken_already_keeps_nobody_from_removing_a_factor() -> None:
    strict = replace(PAST, level=AAL3)
    assert not breaks(strict, without="phone", enrolled=(PHONE, TOTP))
    assert breaks(strict, PAST, without="phone", enrolled=(PHONE,))


people: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"roles": roles, "member_since": since, "profile": profiles}
)
many_rules = st.lists(rules, max_size=4)
some_factors = st.lists(factors, max_size=3)


@given(many_rules, rules, some_factors, people)
def test_one_more_rule_never_loosens(
    asked: list[Rule], more: Rule, enrolled: list[EnrolledFactor], who: dict[str, Any]
) -> None:
    after = at(*asked, more, **who, factors=enrolled)
    assert is_as_strict(after, at(*asked, **who, factors=enrolled))


@given(many_rules, some_factors, factors, people)
def test_one_more_factor_never_tightens(
    asked: list[Rule], enrolled: list[EnrolledFactor], more: EnrolledFactor, who: dict[str, Any]
) -> None:
    after = at(*asked, **who, factors=[*enrolled, more])
    assert is_as_strict(at(*asked, **who, factors=enrolled), after)


@given(many_rules, some_factors, people, st.tuples(moments, moments))
def test_time_never_loosens(
    asked: list[Rule],
    enrolled: list[EnrolledFactor],
    who: dict[str, Any],
    when: tuple[datetime, datetime],
) -> None:
    early, late = (at(*asked, **who, factors=enrolled, now=now) for now in sorted(when))
    assert is_as_strict(late, early)


@given(many_rules, some_factors, st.sampled_from("abcdef"), people)
def test_what_breaks_nothing_leaves_nobody_newly_closed_out(
    asked: list[Rule], enrolled: list[EnrolledFactor], lost: str, who: dict[str, Any]
) -> None:
    left = [factor for factor in enrolled if factor.id != lost]
    broken = would_break(asked, without=lost, factors=enrolled, now=NOW, **who)
    if not broken and not isinstance(at(*asked, **who, factors=enrolled), Overdue):
        assert not isinstance(at(*asked, **who, factors=left), Overdue)
