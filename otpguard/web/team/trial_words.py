"""What a change of a policy would do, in words that can be read before it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from otpguard.account import name_of
from otpguard.core.policy import RULES
from otpguard.core.wishes import dump_wishes
from otpguard.flows.tenant.policy_trial import LockedOut, PolicyTrial, Yesterday
from otpguard.web.team.plain_policy import plain_label, plain_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedField:
    """One field whose value would change. `weaker` says that it would ask for less."""

    label: str
    before: str
    after: str
    weaker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWords:
    """A trial for a page. `clamped` are fields in which less would count than was asked for, with
    what would count; `names` are people who would be locked out, if they may be named."""

    changed: list[ChangedField]
    clamped: list[tuple[str, str]]
    approvals: int
    locked_out: LockedOut
    yesterday: Yesterday
    names: list[str]
    named: bool


def trial_words(trial: PolicyTrial, *, named: bool) -> TrialWords:
    """A trial in words. `named` looks the people up, in one statement."""
    return TrialWords(
        changed=list(_changed(trial)),
        clamped=[(plain_label(name), plain_words(name, of)) for name, of in trial.clamped.items()],
        approvals=trial.approvals,
        locked_out=trial.locked_out,
        yesterday=trial.yesterday,
        names=_names(trial.locked_out) if named else [],
        named=named,
    )


def _changed(trial: PolicyTrial) -> Iterator[ChangedField]:
    for name in RULES:
        before, after = (getattr(each, name) for each in (trial.before, trial.after))
        if before != after:
            yield ChangedField(
                label=plain_label(name),
                before=plain_words(name, dump_wishes({name: before})[name]),
                after=plain_words(name, dump_wishes({name: after})[name]),
                weaker=name in trial.weakened,
            )


def _names(found: LockedOut) -> list[str]:
    every = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    return sorted(map(name_of, every.filter(pk__in=found.users)))
