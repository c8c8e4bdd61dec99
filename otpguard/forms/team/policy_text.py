"""Policy values and fields in words, as every page shows them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from otpguard.core.duration_text import seconds_text
from otpguard.core.policy import RULES
from otpguard.core.policy_rules import Unit
from otpguard.core.policy_values import Choice, Order, OrderByCountry, Some, Words
from otpguard.labels import choice_label, factor_kind_label, member_label


def words(name: str, value: object) -> str:
    """A policy value as people read it."""
    if isinstance(value, bool) or value in ("true", "false"):
        return str(_("yes") if value in (True, "true") else _("no"))
    if name in RULES and RULES[name].unit is Unit.SECONDS and isinstance(value, int):
        return seconds_text(value)
    if isinstance(value, Mapping):
        of_each = (f"{each}: {words(name, of)}" for each, of in value.items())
        return "; ".join(of_each) or words(name, [])
    if isinstance(value, list | tuple):
        return ", ".join(_word(name, str(each)) for each in value) or str(_("none"))
    return _word(name, str(value))


def _word(name: str, word: str) -> str:
    """One word of a value, as its field has it; a word of another release is shown as it is."""
    match RULES[name].values if name in RULES else None:
        case Choice() as choice:
            return str(choice_label(word, choice))
        case Words():
            return str(factor_kind_label(word))
        case Some(kind=kind) | Order(kind=kind) | OrderByCountry(kind=kind) if word in set(kind):
            return str(member_label(kind(word)))
        case _:
            return word


def field_label(name: str) -> str:
    """What a policy field is called; one of another release is shown as it is."""
    return str(_(RULES[name].label)) if name in RULES else name
