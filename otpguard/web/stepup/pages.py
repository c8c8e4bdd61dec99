"""The page of a challenge: that of a sent code, or the one that the driver of its kind names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from otpguard.factors.catalog import driver_of
from otpguard.forms.challenge import AnswerForm
from otpguard.forms.of_kind import form_of
from otpguard.models import Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePage:
    """One challenge's page: its template, the form that reads the answer, what it shows besides."""

    template: str
    form: type[forms.Form]
    details: Callable[[Challenge], Mapping[str, Any]]


def _nothing(_challenge: Challenge) -> Mapping[str, Any]:
    return {}


_SENT = ChallengePage(template="otpguard/code.html", form=AnswerForm, details=_nothing)


def page_of(challenge: Challenge) -> ChallengePage:
    """The page of a challenge. Every code that was sent has the same page, whatever it recovers.

    So has the challenge of a kind that is not installed any more, which takes no answer.
    """
    factor = challenge.factor
    driver = driver_of(factor) if factor is not None else None
    if challenge.plan or driver is None:
        return _SENT
    return ChallengePage(
        template=driver.challenge_template,
        form=form_of(driver.answer_form),
        details=driver.page_context,
    )
