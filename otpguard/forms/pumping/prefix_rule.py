"""Input of prefix rules."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.core.pumping.rule_csv import LONGEST_SOURCE
from otpguard.forms.reason import ReasonForm
from otpguard.models import PrefixRule
from otpguard.models.fields import PlainTextInput


class PrefixRuleForm(ReasonForm):
    """A prefix, what holds for it, and until when."""

    field_order = ("prefix", "action", "until", "source", "reason")
    prefix: Any = forms.CharField(
        label=_("Prefix"),
        max_length=32,
        help_text=_("The calling code and the first digits, such as +92300."),
    )
    action = forms.ChoiceField(label=_("Rule"), choices=PrefixRule.Action.choices)
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: for good."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = PlainTextInput(
        label=_("Source"),
        required=False,
        max_length=LONGEST_SOURCE,
        help_text=_("Where this comes from, such as the name of a list."),
    )

    def rule(self) -> ListedPrefix:
        """The rule as a value, to the end of its last day in UTC; after validation."""
        cleaned = self.cleaned_data
        until = cleaned["until"]
        if until is not None:
            until = datetime.combine(until, time.min, tzinfo=UTC) + timedelta(days=1)
        return ListedPrefix(
            prefix=cleaned["prefix"],
            action=ListAction(cleaned["action"]),
            until=until,
            source=cleaned["source"],
        )
