"""Input of policy wishes, built from the declarations of the fields, so pages and API agree."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, assert_never

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.conf import factor_kinds
from otpguard.core.checkpoints import EVERY
from otpguard.core.duration_text import seconds_text
from otpguard.core.policy import RULES
from otpguard.core.policy_rules import FieldRule
from otpguard.core.policy_values import (
    Choice,
    Count,
    Countries,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Values,
    Words,
)
from otpguard.core.wishes import WishError, parse_wishes
from otpguard.forms.duration import DurationField
from otpguard.labels import Text, choice_label, factor_kind_label, member_label, range_text

UNSET = ""
_TRUE, _FALSE = "true", "false"
_UNSET_CHOICE: tuple[str, Text] = (UNSET, _("default"))


class PolicyForm(forms.Form):
    """Wishes for one place: a checkpoint, or "*" for all. An empty field inherits the more general
    value, and a field that does nothing at the place is not there.

    `wishes` holds the parsed values after validation. The bounds are those of
    `otpguard.core.wishes`, so a window of 31 minutes is refused here as everywhere.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 (Django's signature)
        by_tenant: bool,
        place: str = EVERY,
        **kwargs: Any,  # noqa: ANN401 (Django's signature)
    ) -> None:
        super().__init__(*args, **kwargs)
        self.wishes: dict[str, Any] = {}
        self._by_tenant = by_tenant
        for name, rule in RULES.items():
            if rule.is_read_at(place) and not rule.site_only:
                self.fields[name] = _field(rule)

    def clean(self) -> dict[str, Any]:
        """Parse the input; each mistake is shown at its field."""
        cleaned = super().clean() or self.cleaned_data
        for name, typed in list(cleaned.items()):  # add_error takes fields out
            if typed in (UNSET, None, []):
                continue
            raw = _as_json(RULES[name].values, typed)
            try:
                self.wishes.update(_parsed({name: raw}, by_tenant=self._by_tenant))
            except WishError as error:
                self.add_error(name, str(_out_of_bounds(RULES[name]) or error.message))
        return cleaned


def _parsed(raw: Mapping[str, object], *, by_tenant: bool) -> dict[str, Any]:
    return parse_wishes(raw, by_tenant=by_tenant, kinds=factor_kinds())


def initial_of(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The form's initial values for stored wishes in JSON form; fields of another release are
    left out."""
    return {
        name: _as_typed(RULES[name].values, stored)
        for name, stored in wishes.items()
        if name in RULES
    }


def _field(rule: FieldRule) -> forms.Field:
    common: dict[str, Any] = {"required": False, "label": _(rule.label), "help_text": _help(rule)}
    match rule.values:
        case Flag():
            flags = [(_TRUE, _("yes")), (_FALSE, _("no"))]
            return forms.ChoiceField(choices=[_UNSET_CHOICE, *flags], **common)
        case Choice(words=words) as choice:
            choices = [(word, choice_label(word, choice)) for word in words]
            return forms.ChoiceField(choices=[_UNSET_CHOICE, *choices], **common)
        case Some(kind=kind):
            return forms.MultipleChoiceField(
                choices=_members(kind), widget=forms.CheckboxSelectMultiple, **common
            )
        case Words():
            kinds: list[tuple[str, Text]] = [
                (slug, factor_kind_label(slug)) for slug in factor_kinds()
            ]
            return forms.MultipleChoiceField(
                choices=kinds, widget=forms.CheckboxSelectMultiple, **common
            )
        case Order() | OrderByCountry() | Countries():
            return forms.CharField(**common)
        case Seconds():
            return DurationField(**common)
        case Count():
            return forms.IntegerField(**common)
        case other:
            assert_never(other)


def _members(kind: type[StrEnum]) -> list[tuple[str, Text]]:
    return [(str(member), member_label(member)) for member in kind]


def _out_of_bounds(rule: FieldRule) -> Text:
    """For a duration, what it may be in the units that people type; nothing for other fields."""
    if not isinstance(rule.values, Seconds):
        return ""
    return range_text(rule.unit, low=rule.values.low, high=rule.values.high)


def _help(rule: FieldRule) -> Text:
    match rule.values:
        case Seconds(low=low, high=high) | Count(low=low, high=high):
            more = range_text(rule.unit, low=low, high=high)
        case Order(kind=kind):
            more = _("Names in order, separated by commas: %(names)s.") % {"names": ", ".join(kind)}
        case OrderByCountry(kind=kind):
            more = _("Countries with names in order: DE: %(first)s; IN: %(names)s.") % {
                "first": next(iter(kind)),
                "names": ", ".join(kind),
            }
        case Countries():
            more = str(_("Codes separated by commas, such as US, CA; * for every country."))
        case _:
            return _(rule.help)
    return f"{_(rule.help)} {more}"


def _as_json(values: Values, typed: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    match values:
        case Flag():
            return typed == _TRUE
        case Order() | Countries():
            return _names(typed)
        case OrderByCountry():
            return [_pair(item) for item in typed.split(";") if item.strip()]
        case _:
            return typed


def _as_typed(values: Values, stored: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    match values:
        case Flag():
            return _TRUE if stored else _FALSE
        case Order() | Countries():
            return ", ".join(stored)
        case OrderByCountry():
            return "; ".join(f"{country}: {', '.join(order)}" for country, order in stored.items())
        case Seconds():
            return seconds_text(stored) if isinstance(stored, int) else stored
        case _:
            return stored


def _names(typed: str) -> list[str]:
    return [item.strip() for item in typed.split(",") if item.strip()]


def _pair(typed: str) -> tuple[str, list[str]]:
    country, _colon, order = typed.partition(":")
    return country.strip(), _names(order)
