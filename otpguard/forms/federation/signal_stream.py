"""Input about a stream of security events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.tenant_field import TenantField
from otpguard.models import SignalStream

_PLAIN = ("name", "dialect", "issuer", "audience", "jwks", "poll_url")


def _column(name: str, **changed: Any) -> Any:  # noqa: ANN401 (a form field, as Django makes it)
    return SignalStream._meta.get_field(name).formfield(**changed)  # type: ignore[union-attr]  # noqa: SLF001 (Django's documented Meta API)


class SignalStreamForm(forms.Form):
    """What operators choose of a stream, and the secret for polls."""

    name = _column("name")
    dialect = _column("dialect")
    issuer = _column("issuer", help_text=_("The issuer of its tokens, letter for letter."))
    audience = _column(
        "audience", help_text=_("What its tokens must name as their audience, letter for letter.")
    )
    jwks = _column("jwks", label=_("Keys"), help_text=_("The URL at which it publishes its keys."))
    poll_url = _column(
        "poll_url",
        label=_("URL for polls"),
        help_text=_("Leave empty if it pushes."),
    )
    poll_secret = forms.CharField(
        label=_("Secret for polls"),
        required=False,
        max_length=512,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave empty to keep the one there is."),
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes, without the secret; after validation."""
        return {name: self.cleaned_data[name] for name in _PLAIN}


class NewSignalStreamForm(SignalStreamForm):
    """The same of a new one, with its tenant."""

    tenant = TenantField()
    field_order = ("tenant",)


def initial_of(row: SignalStream) -> dict[str, Any]:
    """What the form starts with; the secret is never shown."""
    return {name: getattr(row, name) for name in _PLAIN}
