"""Input about factors: a name, a recovery code, a browser's answer about a passkey."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.models.factor import NAME_LENGTH
from otpguard.models.fields import PlainTextInput

CREDENTIAL_BYTES = 65_536
"""Enough for any attestation with its certificates, but bounded."""


class NameForm(forms.Form):
    """The name that a person gives one of their factors."""

    name = PlainTextInput(
        label=_("Name"),
        max_length=NAME_LENGTH,
        strip=True,
        error_messages={
            "required": _("Enter a name."),
            "max_length": _("A name has at most 64 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


class TypedAnswerForm(forms.Form):
    """A typed answer, unchanged: the form for kinds of factor without a form of their own."""

    code = forms.CharField(
        max_length=256,
        strip=True,
        error_messages={
            "required": _("Enter your answer."),
            "max_length": _("This is longer than an answer can be."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autofocus": True,
                "spellcheck": "false",
                "autocapitalize": "off",
            }
        ),
    )


class RecoveryCodeForm(forms.Form):
    """A saved recovery code; blanks, dashes and letter case are cleaned later."""

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
                "dir": "ltr",
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
