"""What stands in FACTOR_KINDS, and what policies make of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.core.assurance import Method
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import SHIPPED
from otpguard.factors.base import FactorDriver, Given, Missed, Shown
from otpguard.models import Challenge, Factor
from tests.checks.projects import Case, Project, names, ours, try_check


def stated(slug: str, **more: Any) -> FactorKind:
    method = Method.only(slug, label=slug, shown="Your card")
    return FactorKind(slug=slug, label=slug, how="how", why="why", methods=(method,), **more)


class Fine(FactorDriver):
    """Nothing is wrong with it."""

    kind = stated("fine")

    def __init__(self, *, length: int = 6) -> None:
        if length < 6:
            raise ValueError("a length below 6 can be guessed")

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        raise NotImplementedError

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        raise NotImplementedError


class Unfinished(FactorDriver):  # lacks both methods
    """Cannot be made."""

    kind = stated("fine")


class NoPage(Fine):
    """Names a page that is nowhere."""

    challenge_template = "nowhere.html"


class NoForm(Fine):
    """Names a form that is nowhere."""

    enrollment_form = "tests.checks.test_factor_kinds.Nowhere"


class NoCode(Fine):
    """Its form reads something else than an answer."""

    answer_form = forms.Form


class Recovering(Fine):
    """Would get accounts back."""

    kind = stated("fine", recovers=True)


def kind(name: str, slug: str = "fine", **entry: Any) -> dict[str, Any]:
    return {slug: {"BACKEND": f"{__name__}.{name}", **entry}}


FINE = ours(FACTOR_KINDS=kind("Fine"))
LISTED = {"allowed_factors": [*SHIPPED, "fine"]}

CASES: list[Case] = [
    ("otpguard.E024", ours(FACTOR_KINDS=kind("Nowhere")), FINE),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("ours")), FINE),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("Unfinished")), FINE),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("NoPage")), FINE),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("NoForm")), FINE),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("NoCode")), FINE),
    (
        "otpguard.E024",
        ours(FACTOR_KINDS=kind("Fine", OPTIONS={"length": 4})),
        ours(FACTOR_KINDS=kind("Fine", OPTIONS={"length": 8})),
    ),
    ("otpguard.E024", ours(FACTOR_KINDS=kind("Fine", OPTIONS={"size": 8})), FINE),
    ("otpguard.E025", ours(FACTOR_KINDS=kind("Fine", slug="other")), FINE),
    ("otpguard.E025", ours(FACTOR_KINDS=kind("Recovering")), FINE),
    (
        "otpguard.E025",
        ours(FACTOR_KINDS=kind("Fine", WORTH="AAL3")),
        ours(FACTOR_KINDS=kind("Fine", WORTH="AAL2")),
    ),
    (
        "otpguard.E026",
        ours(POLICY_FLOOR={"*": LISTED}),
        ours(FACTOR_KINDS=kind("Fine"), POLICY_FLOOR={"*": LISTED}),
    ),
    (
        "otpguard.W012",
        ours(FACTOR_KINDS=kind("Fine"), POLICY_DEFAULTS={"api_key.production": LISTED}),
        ours(
            FACTOR_KINDS=kind("Fine"),
            POLICY_DEFAULTS={"api_key.production": LISTED},
            POLICY_FLOOR={"api_key": LISTED},
        ),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_settings, number, wrong, right)


def test_a_fault_is_named_with_the_kind_that_has_it() -> None:
    with override_settings(**ours(FACTOR_KINDS=kind("Fine", OPTIONS={"length": 4}))):
        (found,) = check_settings()
    assert found.msg.endswith("fine: a length below 6 can be guessed")


def test_a_kind_that_no_policy_lists_is_no_mistake() -> None:
    with override_settings(**FINE):
        assert check_settings() == []
