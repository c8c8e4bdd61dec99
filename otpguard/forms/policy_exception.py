"""Input of exceptions from the floor: one form for admin and API, so both refuse the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.duration_text import read_seconds
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import RULES
from otpguard.core.policy_exception import can_be_excepted
from otpguard.core.policy_values import Count, Flag, Order, Seconds, Some, Values, Words
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.policy_exception import Terms, check_terms
from otpguard.forms.choices import Choices, checkpoint_field
from otpguard.forms.errors import add_input_error
from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField
from otpguard.forms.user_field import UserField

_LOCAL = "%Y-%m-%dT%H:%M"
_LONGEST_NUMBER = 18
"""Digits of a number that is read; Python reads none of 4,300 digits."""
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


def _fields() -> Choices:
    return [(name, _(rule.label)) for name, rule in RULES.items() if can_be_excepted(rule)]


class ValueField(forms.Field):
    """The value of a policy field: typed by a person, or any JSON value."""

    widget = forms.TextInput

    def validate(self, value: Any) -> None:  # noqa: ANN401 (see above)
        """Anything but nothing; an empty list is a value."""
        if value is None or value == "":
            raise forms.ValidationError(self.error_messages["required"])


class ExceptionForm(ReasonForm):
    """A new exception. Everything is checked before a step-up is asked for."""

    tenant = TenantField()
    checkpoint = checkpoint_field(one=True)
    field = forms.ChoiceField(label=_("Field"), choices=_fields)
    value = ValueField(
        label=_("Floor under the exception"),
        help_text=_(
            "The floor while the exception lasts: a word, a number, a time such as 15 min,"
            " yes or no, or words separated by commas. The organization's own wish may be"
            " stricter."
        ),
    )
    owner = UserField(
        label=_("Owner"),
        help_text=_(
            "The name this person logs in with: a member of the organization, or of the site's"
            " staff. They are responsible for the exception and are reminded before it expires."
        ),
    )
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        help_text=_("At most a year ahead. After that, it no longer counts."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
    )
    field_order = ("tenant", "checkpoint", "field", "value", "owner", "expires_at", "reason")

    def __init__(self, data: Any = None, *, facts: RequestFacts, **options: Any) -> None:  # noqa: ANN401 (a QueryDict, a mapping or None)
        super().__init__(data, **options)
        self._facts = facts

    @property
    def terms(self) -> Terms:
        """What the flow takes; after validation."""
        given = self.cleaned_data
        return Terms(
            tenant=given["tenant"],
            checkpoint=given["checkpoint"],
            field=given["field"],
            value=_as_json(RULES[given["field"]].values, given["value"]),
            owner_id=given["owner"],
            reason=given["reason"],
            expires_at=given["expires_at"],
        )

    def clean(self) -> dict[str, Any]:
        """What the flow refuses is shown at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            check_terms(facts=self._facts, terms=self.terms)
        except InvalidInput as bad:
            add_input_error(self, bad)
        except NotAllowed as refused:
            raise forms.ValidationError(refused.message) from None
        return cleaned


class ExceptionByIdForm(ExceptionForm):
    """The same for machines, which know people by their ids."""

    owner = UserField(by_id=True)


def from_json(raw: Mapping[str, Any], *, facts: RequestFacts) -> ExceptionByIdForm:
    """A form over a JSON object, whose values may be of any type."""
    given: dict[str, Any] = {
        name: "" if raw.get(name) is None else str(raw[name]) for name in ExceptionForm.field_order
    }
    return ExceptionByIdForm({**given, "value": raw.get("value")}, facts=facts)


def _as_json(values: Values, typed: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    """Typed text as a JSON value; anything else stays as it is."""
    if not isinstance(typed, str):
        return typed
    match values:
        case Flag():
            return _FLAGS.get(typed.strip().casefold(), typed)
        case Seconds() if typed.strip()[-1:].isalpha():
            with suppress(ValueError):
                return read_seconds(typed)
            return typed
        case Seconds() | Count():
            bare = typed.strip()
            return int(bare) if bare.isdecimal() and len(bare) <= _LONGEST_NUMBER else typed
        case Some() | Words() | Order():
            return [word.strip() for word in typed.split(",") if word.strip()]
        case _:
            return typed.strip()
