"""The fields of a policy in the words of people who administer an organization, not a product.

A field that is not here reads well as it is declared.
"""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.laws import FREE, HIGHER
from otpguard.core.policy import RULES
from otpguard.core.policy_source import ValueSource
from otpguard.forms.policy import PolicyForm
from otpguard.forms.team.policy_text import field_label, words
from otpguard.labels import LEVELS, Text

FIELDS: Mapping[str, tuple[Text, Text]] = {
    "active": (
        _("Ask people to confirm"),
        _("Whether people must confirm who they are before they do this."),
    ),
    "required_level": (
        _("How strong it must be"),
        _("The weakest way of confirming that is enough."),
    ),
    "ttl": (
        _("How long a confirmation serves"),
        _("After this time people are asked again."),
    ),
    "binds_intent": (
        _("One confirmation per action"),
        _("A confirmation counts for one named action only, and only once."),
    ),
    "allowed_factors": (
        _("Ways to confirm that count"),
        _("A passkey always counts. Nothing ticked: what counts by default."),
    ),
    "allowed_countries": (
        _("Allowed countries"),
        _("The countries whose phone numbers a code may be sent to."),
    ),
    "max_attempts": (
        _("Tries per code"),
        _("How often somebody may mistype a code before they need another one."),
    ),
    "attested_only": (
        _("Only passkeys of trusted makers"),
        _("Accept a passkey only if this site trusts the maker of its device."),
    ),
    "idp_satisfies": (
        _("Your sign-in service can confirm"),
        _("A check at your own sign-in service counts here, if it was strong enough."),
    ),
    "login_when": (
        _("Which logins are asked"),
        _("Ask after risky logins only, or after every login."),
    ),
}
"""The label and the help of a field."""

SOURCES: Mapping[ValueSource, Text] = {
    ValueSource.DEFAULT: _("the default"),
    ValueSource.SITE: _("a setting of this site"),
    ValueSource.TENANT: _("your organization"),
    ValueSource.FLOOR: _("the minimum of this site"),
    ValueSource.EXCEPTION: _("an exception with an end date"),
    ValueSource.CEILING: _("the most that one organization may ask"),
    ValueSource.LEVEL: _("the limit at this strength"),
    ValueSource.REPORT_ONLY: _("this site, which only watches so far"),
}
"""What decided a value."""

MISTAKES: Mapping[str, Text] = {
    "allowed_factors": _("Tick the passkey as well: it always counts."),
}
"""What is said of a wrong value where the declaration speaks to operators."""


def plain_label(name: str) -> str:
    """What a field is called."""
    return str(FIELDS[name][0]) if name in FIELDS else field_label(name)


def plain_words(name: str, value: object) -> str:
    """A value as people read it: a level by what it takes, without its name."""
    if name == "required_level" and str(value) in AssuranceLevel.__members__:
        return str(LEVELS[AssuranceLevel[str(value)]])
    if name == "allowed_countries" and isinstance(value, list) and "*" in value:
        return str(_("every country"))
    return words(name, value)


def bound_text(name: str, floor: object) -> str:
    """What the floor allows a field at the most or at the least; empty where it allows all."""
    law = RULES[name].law
    if law is FREE or floor is False:
        return ""
    said = _("At least: %(value)s.") if law is HIGHER else _("At most: %(value)s.")
    return str(said) % {"value": plain_words(name, floor)}


class TeamPolicyForm(PolicyForm):
    """The wishes of a tenant for one checkpoint, in plain words."""

    def __init__(self, *args: object, place: str, **kwargs: object) -> None:
        super().__init__(*args, by_tenant=True, place=place, auto_id="otpguard-%s", **kwargs)
        for name, field in self.fields.items():
            if name in FIELDS:
                field.label, field.help_text = map(str, FIELDS[name])
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = "og-input"
        level = self.fields["required_level"]
        level.choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (word, plain_words("required_level", word) if word else label)
            for word, label in level.choices  # type: ignore[attr-defined]  # the same
        ]

    def clean(self) -> dict[str, object]:
        """As the form of operators, with mistakes in plain words."""
        cleaned = super().clean()
        for name in self.errors.keys() & MISTAKES.keys():
            self.errors[name] = self.error_class([str(MISTAKES[name])])
        return cleaned
