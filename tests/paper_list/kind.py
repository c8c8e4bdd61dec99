"""A printed list of numbered codes: each works once, and the site asks for the next one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from otpguard.core.assurance import Method
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import StartReason
from otpguard.core.secrets import keyed_digest, same
from otpguard.exceptions import StartRefused
from otpguard.factors.base import Beginning, FactorDriver, Given, Missed, Shown, kept_of
from otpguard.models import Challenge, Factor


class ListForm(forms.Form):
    """Where the paper will lie, to know it again."""

    place = forms.CharField(label=_("Where will you keep it?"), max_length=40)


class PaperList(FactorDriver):
    """What is on the paper follows from one secret, so there is nothing else to keep."""

    kind = FactorKind(
        slug="paper_list",
        label=_("Paper list"),
        how=_("Read a code from your list."),
        why=_("A list on paper needs no device and no network."),
        rank=40,
        methods=(
            Method.only(
                "paper_list",
                label=_("Code of a paper list"),
                shown=_("The code of your list"),
            ),
        ),
    )
    challenge_template = "paper_list/challenge.html"
    enrollment_template = "paper_list/enroll.html"
    enrollment_form = ListForm

    def __init__(self, *, codes: int = 40) -> None:
        self._codes = codes

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        return Factor(
            user_id=facts.user,
            kind=self.kind.slug,
            name=given["place"],
            secret=secrets.token_hex(32),
        )

    def begin_proof(self, beginning: Beginning, /) -> str:
        number = max(beginning.factor.last_step, 0) + 1
        if number > self._codes:
            raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
        return str(number)  # kept encrypted with the challenge

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        number = int(kept_of(challenge))
        typed = "".join(given.upper().split())
        if not same(typed, self._code(factor, number)):
            return Missed()

        def spend() -> bool:
            unused = Factor.objects.filter(pk=factor.pk, last_step__lt=number)
            return bool(unused.update(last_step=number))

        return Shown(method=self.kind.methods[0], spend=spend)

    def page_context(self, challenge: Challenge, /) -> Mapping[str, Any]:
        known = {**super().page_context(challenge), "number": kept_of(challenge)}
        factor = challenge.factor
        if factor is not None and challenge.enrolls and not factor.confirmed:
            known["codes"] = [self._code(factor, each + 1) for each in range(self._codes)]
        return known

    def details_of(self, factor: Factor, /) -> Sequence[tuple[str, str]]:
        return [(gettext("codes left"), str(self._codes - max(factor.last_step, 0)))]

    def _code(self, factor: Factor, number: int) -> str:
        key = factor.secret.reveal().encode()
        return keyed_digest(key, str(number).encode())[:10].upper()
