"""Input of hardware tokens: a file, pasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.token_file import Mistake
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.import_tokens import read_tokens
from otpguard.models import Tenant


class TokensForm(forms.Form):
    """Tokens as CSV or PSKC text; everything is checked before a step-up is asked for.

    It is pasted, not uploaded, because a kept form cannot hold files. The names of two fields mark
    them as secret, so they are not kept either, and must be filled in again after the step-up.
    """

    token_secrets = forms.CharField(
        label=_("Tokens"),
        strip=False,  # or the lines would be counted wrongly
        help_text=_(
            "A PSKC file (RFC 6030), the CSV that Microsoft Entra ID takes, or CSV with a first"
            " line that names the columns: serial, secret (base32 or hex), and user or email;"
            " digits, period and algorithm if they are not 6, 30 and SHA1. Secrets are not kept"
            " while you confirm: paste them once more afterwards."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": "12",
                "cols": "80",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "serial,user,secret",
                "dir": "ltr",
            }
        ),
    )
    token_key = forms.CharField(
        label=_("Key of the file"),
        required=False,
        max_length=256,
        help_text=_(
            "Only for an encrypted PSKC file: the key that came with it, in hex or base64, or its"
            " passphrase. It is not kept either."
        ),
        widget=forms.PasswordInput(attrs={"size": "60", "autocomplete": "off", "dir": "ltr"}),
    )
    owners = forms.CharField(
        label=_("Owners"),
        required=False,
        strip=False,
        help_text=_(
            "Where the file does not name people: CSV with the columns serial, and user or email."
            " Then only the tokens of this list are given out."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": "6",
                "cols": "80",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "serial,user",
                "dir": "ltr",
            }
        ),
    )

    def __init__(self, data: Any = None, *, facts: RequestFacts, tenant: Tenant) -> None:  # noqa: ANN401 (a QueryDict or None)
        super().__init__(data)
        self._facts = facts
        self._tenant = tenant

    @property
    def file(self) -> dict[str, str]:
        """What the flow takes; after validation."""
        return self._file(self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        """Everything. Every mistake stands by its line at the field that it is in."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        given = self._file(cleaned)
        try:
            _tokens, mistakes = read_tokens(facts=self._facts, tenant=self._tenant, **given)
        except NotAllowed as refused:
            raise forms.ValidationError(refused.message) from None
        for mistake in mistakes:
            field = "owners" if mistake.in_owners else "token_secrets"
            self.add_error(field, describe_line(mistake))
        return cleaned

    @staticmethod
    def _file(cleaned: Mapping[str, Any]) -> dict[str, str]:
        return {
            "text": cleaned["token_secrets"],
            "key": cleaned["token_key"],
            "owners": cleaned["owners"],
        }


def describe_mistake(mistake: Mistake) -> str:
    """A mistake in a file of tokens or in its list of owners, for people."""
    line = describe_line(mistake)
    return gettext("List of owners: %(mistake)s") % {"mistake": line} if mistake.in_owners else line


def describe_line(mistake: Mistake) -> str:
    """The same where it is plain which of the two it is."""
    text = gettext(mistake.text) % dict(mistake.values)
    return gettext("Line %(line)d: %(text)s") % {"line": mistake.line, "text": text}
