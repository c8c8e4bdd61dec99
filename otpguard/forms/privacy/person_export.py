"""As what a person gets what is stored about them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.flows.privacy.export_page import PersonFormat
from otpguard.forms.reason import ReasonForm


class PersonExportForm(ReasonForm):
    """A reason, and the format of the file."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            (PersonFormat.HTML.value, _("A page to read (HTML)")),
            (PersonFormat.JSON.value, _("For programs (JSON)")),
        ],
    )
