"""The four kinds that ship, and what a kind from outside may not claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from otpguard.core.assurance import Channel, Grade, Method
from otpguard.core.factor_kind import FactorKind, FactorKindError
from otpguard.core.shipped_kinds import (
    BY_EMAIL,
    BY_PASSKEY,
    BY_SAVED_CODE,
    PASSKEY,
    PHONE,
    RECOVERY,
    SHIPPED,
    SHIPPED_METHODS,
    check_foreign,
)


def foreign(slug: str = "card", **more: Any) -> FactorKind:
    more.setdefault("methods", (Method.only(slug, label="Card", shown="Your card"),))
    return FactorKind(slug=slug, label="Card", how="how", why="why", **more)


def with_method(**more: Any) -> FactorKind:
    method = Method.only("card", label="Card", shown="Your card")
    return foreign(methods=(replace(method, **more),))


def test_a_method_belongs_to_one_kind_and_stands_in_the_table_of_methods() -> None:
    assert {method.kind for method in SHIPPED_METHODS.values()} == set(SHIPPED)
    assert len(SHIPPED_METHODS) == sum(len(kind.methods) for kind in SHIPPED.values())


def test_an_emailed_code_proves_the_phone_that_it_fell_back_from() -> None:
    assert BY_EMAIL.kind == PHONE.slug


def test_every_method_but_the_passkeys_has_a_grade_of_its_own() -> None:
    graded = [method for method in SHIPPED_METHODS.values() if method.grade]
    assert set(SHIPPED_METHODS.values()) - set(graded) == {BY_PASSKEY}
    assert {method.grade for method in graded} == {
        grade for grade in Grade if not grade.startswith(("passkey", "idp"))
    }


def test_only_passkeys_are_not_guessed_and_only_saved_codes_recover() -> None:
    assert [kind for kind in SHIPPED.values() if not kind.is_guessable] == [PASSKEY]
    assert [kind for kind in SHIPPED.values() if kind.recovers] == [RECOVERY]
    assert [each for each in SHIPPED_METHODS.values() if each.recovers] == [BY_SAVED_CODE]
    assert [kind for kind in SHIPPED.values() if kind.enroll_order is None] == [RECOVERY]


def test_a_kind_from_outside_may_state_what_is_its_own() -> None:
    check_foreign(foreign())
    check_foreign(foreign(phishing_resistant=True, rank=1, any_serves=True))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (lambda: foreign("phone"), '"phone" is a name'),
        (lambda: foreign("sms"), '"sms" is a name'),
        (lambda: foreign("passkey_attested"), '"passkey_attested" is a name'),
        (lambda: with_method(slug="voice"), '"voice" is a name'),
        (lambda: with_method(grade=Grade.PASSKEY_ATTESTED), "the grade of each method"),
        (lambda: with_method(grade=""), "the grade of each method"),
        (lambda: with_method(channel=Channel.SMS), "must not send codes"),
        (lambda: foreign(sends_codes=True), "must not send codes"),
        (lambda: with_method(recovers=True), "must not recover"),
        (lambda: foreign(recovers=True), "must not recover"),
    ],
)
def test_what_only_a_shipped_kind_may_claim_is_refused(kind: Any, message: str) -> None:
    with pytest.raises(FactorKindError, match=message):
        check_foreign(kind())
