"""The driver protocol: how one kind of factor is set up, asked for and verified. A public extension
point.

A driver is named by dotted path in OTPGUARD["FACTOR_KINDS"] with OPTIONS that become keyword
arguments of its constructor; it is made once a process and serves all requests at once. The four
kinds that ship are drivers like any other, and `otpguard.testing.factor_contract` is the suite
that all of them pass. `docs/factor-kinds.md` walks through one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias

from django import forms
from django.db.models import QuerySet

from otpguard.core.assurance import Method
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.reasons import AnswerReason, WhyRejected
from otpguard.labels import Text, factor_kind_label
from otpguard.models import Challenge, Factor
from otpguard.models.factor import FACTORS

FormClass: TypeAlias = str | type[forms.Form]
"""A form, or its dotted path where the driver stands on a floor below it."""

Given: TypeAlias = Mapping[str, Any]
"""What somebody filled in: the `cleaned_data` of an enrollment form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer is right; it counts once `spend` says so.

    `spend` is called inside the transaction that closes the challenge. It uses up whatever serves
    only once (a time step, a saved code) by a conditional UPDATE, and returns False when something
    else used it first: then nothing was proven, for the reason `lost`. `factor` is the id of the
    factor that was really shown, when a challenge accepts any of several. The flags are those of
    WebAuthn Level 3; `counted` are the stored and the shown signature count when it went backwards,
    and `teaches` says that the answer shows flags of the factor that were not known before.
    `step` and `short_code` are for codes that are sent: the step of the plan that carried the code,
    and whether it has fewer than six digits.
    """

    method: Method
    spend: Callable[[], bool]
    lost: WhyRejected = AnswerReason.USED
    factor: str = ""
    user_verified: bool = False
    backup_eligible: bool = True
    attested: bool = False
    counted: tuple[int, int] | None = None
    teaches: bool = False
    step: int | None = None
    short_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An answer is not right, and why.

    `guessed` says that it was compared with something all the same, so that it counts as a wrong
    guess whatever the reason.
    """

    reason: WhyRejected = AnswerReason.WRONG
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is known when a challenge of `factor` begins.

    `accepted` are the ids of all factors, of any kind, that would do; `policy` is the live one.
    `rebinds` says that the checkpoint is about factors, so that a new one need not serve it.
    """

    facts: RequestFacts
    factor: Factor
    policy: Policy
    accepted: tuple[str, ...] = ()
    rebinds: bool = False


class FactorDriver(Protocol):
    """What a kind of factor does. Inherit from it: all but `kind`, `build` and `verify` have a
    default, which serves a kind with one secret and typed answers.

    What holds for every method: it reads, and writes nothing, for the flow around it writes; it
    puts no secret into a log, a name or an exception; and it trusts no answer to be well formed,
    as anybody can send anything. Whether the tries are counted, the person is who they should be
    and the level suffices is decided around it.
    """

    kind: ClassVar[FactorKind]
    """Its facts. The slug is the key in FACTOR_KINDS and stays for good: rows carry it."""

    challenge_template: str = "otpguard/factor.html"
    """The page that asks for an answer, also for the first one, which confirms a new factor. It
    gets what `page_context` gives, besides what every such page does."""

    answer_form: FormClass = "otpguard.forms.factor.TypedAnswerForm"
    """Reads the answer; its one field is `code`, the text that `verify` is given."""

    enrollment_template: str = "otpguard/includes/bind_name.html"
    """The fields of the page that adds one, inside its form, with `form` to be shown."""

    enrollment_form: FormClass = "otpguard.forms.factor.NameForm"
    """Reads what `build` is given."""

    @abstractmethod
    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        """A new factor of this kind for the person of `facts`: unsaved, unconfirmed, its `secret`
        made here.

        `user_id`, `kind` and `name` are set; where it counts and from when is the flow's. May raise
        StartRefused for what cannot be bound.
        """

    @abstractmethod
    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        """Whether `given` proves `factor`, or confirms one that is not confirmed yet.

        The try has been counted and committed. Compares secrets in constant time. `Shown.method`
        is one of the kind's. Missed for anything else than a right answer: never an exception for
        what was sent, and AnswerReason.WRONG for whatever may have been a guess.
        """

    def same_as(self, _factor: Factor, /) -> QuerySet[Factor]:
        """The factors of anybody that are the very same thing as a new one, such as its number.

        A person binds the same thing once; one that was switched off gives way. None by default.
        """
        return FACTORS.none()

    def begin_enrollment(self, beginning: Beginning, /) -> str:
        """What a challenge that confirms a new factor keeps for `verify`, encrypted. Defaults to
        what `begin_proof` returns."""
        return self.begin_proof(beginning)

    def begin_proof(self, _beginning: Beginning, /) -> str:
        """What a challenge keeps for `verify`, encrypted: what is asked for this time, a nonce.
        Empty, as by default, for nothing."""
        return ""

    def begin_again(self, _facts: RequestFacts, challenge: Challenge, /) -> str:
        """What an open challenge keeps after an answer that missed. The same by default, so that
        nobody can try until something else is asked for."""
        return kept_of(challenge)

    def page_context(self, challenge: Challenge, /) -> Mapping[str, Any]:
        """What `challenge_template` is given of this challenge.

        The secret only while `challenge.enrolls` and the factor is unconfirmed, to be taken along.
        """
        factor = challenge.factor
        return {
            "enrolls": challenge.enrolls,
            "factor_name": self.own_name_of(factor) if factor else "",
        }

    def label_of(self, _factor: Factor, /) -> Text:
        """What a factor is called by its kind."""
        return factor_kind_label(self.kind.slug)

    def own_name_of(self, factor: Factor, /) -> str:
        """The name that its owner gave it; empty for the one that its form suggests."""
        suggested = {self.kind.label, str(factor_kind_label(self.kind.slug))}
        return "" if factor.name in suggested else str(factor.name)

    def hint_of(self, _factor: Factor, /) -> str:
        """What, besides its name, tells a factor from others of its kind, masked; may be empty.

        May raise UndecryptableError.
        """
        return ""

    def details_of(self, _factor: Factor, /) -> Sequence[tuple[Text, str]]:
        """Lines for operators: what, and how it is with this factor. No secrets."""
        return ()


def kept_of(challenge: Challenge) -> str:
    """What a challenge keeps for its kind; empty for nothing. Raises UndecryptableError."""
    return challenge.ceremony.reveal() if challenge.ceremony else ""
