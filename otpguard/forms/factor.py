"""Input about factors: a name, a saved code, what a browser says of a passkey."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CREDENTIAL_BYTES = 65_536
"""More than any attestation with its certificates; less than a flood."""


class NameForm(forms.Form):
    """What somebody calls a factor of their own, to know it again."""

    name = forms.CharField(
        label=_("Name"),
        max_length=64,
        strip=True,
        error_messages={
            "required": _("Enter a name."),
            "max_length": _("A name has at most 64 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RecoveryCodeForm(forms.Form):
    """A saved recovery code; blanks, dashes and small letters are forgiven later."""

    code = forms.CharField(
        max_length=64,
        strip=True,
        error_messages={
            "required": _("Enter one of your recovery codes."),
            "max_length": _("This is longer than a recovery code can be."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autofocus": True,
                "spellcheck": "false",
                "autocapitalize": "characters",
            }
        ),
    )


class CredentialForm(forms.Form):
    """The browser's answer to a passkey ceremony, as JSON."""

    code = forms.CharField(
        max_length=CREDENTIAL_BYTES,
        error_messages={
            "required": _("Your browser has not answered. Try again."),
            "max_length": _("This is longer than a passkey's answer can be."),
        },
        widget=forms.HiddenInput(),
    )
