"""Input of hardware tokens: a list, pasted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.token_file import Mistake
from otpguard.exceptions import NotAllowed
from otpguard.flows.provision_tokens import read
from otpguard.models import Tenant


class TokensForm(forms.Form):
    """Tokens as CSV text, checked to the last line before anybody is asked to confirm.

    It is pasted, not uploaded: a page that must be confirmed keeps no files. The field's name says
    that it holds secrets, so it is not kept either, and is pasted anew after the confirmation.
    """

    token_secrets = forms.CharField(
        label=_("Tokens"),
        strip=False,  # or the lines would be counted wrongly
        help_text=_(
            "Comma-separated, with a first line that names the columns: serial, secret (base32 or"
            " hex), and user or email; digits, period and algorithm if they are not 6, 30 and SHA1."
            " Secrets are not kept while you confirm: paste the list once more afterwards."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": "12",
                "cols": "80",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "serial,user,secret",
            }
        ),
    )

    def __init__(self, data: Any = None, *, facts: RequestFacts, tenant: Tenant) -> None:  # noqa: ANN401 (a QueryDict or None)
        super().__init__(data)
        self._facts = facts
        self._tenant = tenant

    def clean_token_secrets(self) -> str:
        """The text, when nothing in it is wrong; else every mistake by its line."""
        text = str(self.cleaned_data["token_secrets"])
        try:
            _tokens, mistakes = read(facts=self._facts, tenant=self._tenant, text=text)
        except NotAllowed as refused:
            raise forms.ValidationError(refused.message) from None
        if mistakes:
            raise forms.ValidationError([say(mistake) for mistake in mistakes])
        return text


def say(mistake: Mistake) -> str:
    """A mistake in a file of tokens, for people."""
    text = gettext(mistake.text) % dict(mistake.values)
    return gettext("Line %(line)d: %(text)s") % {"line": mistake.line, "text": text}
