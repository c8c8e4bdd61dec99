"""Input about a tenant's identity provider."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.profiles import StatementPlace
from otpguard.forms.tenant_field import TenantField
from otpguard.models import IdentityProvider
from otpguard.models.federation.provider import LONGEST_MAX_AGE


class ValuesField(forms.CharField):
    """A few values, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        super().__init__(**{"required": False, "max_length": 4000, **options})

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """The lines of a list."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        """The values in their order, each once."""
        return list(dict.fromkeys(str(super().clean(value)).split()))


def _column(name: str, **changed: Any) -> Any:  # noqa: ANN401 (a form field, as Django makes it)
    column: Any = IdentityProvider._meta.get_field(name)  # noqa: SLF001 (documented Meta API)
    return column.formfield(**changed)


class IdentityProviderForm(forms.Form):
    """What operators choose of an identity provider, and its secret."""

    name = _column("name", help_text=_("What people read on the button."))
    profile = _column("profile")
    protocol = _column("protocol")
    issuer = _column(
        "issuer", help_text=_("The issuer of its ID tokens, or its entity id, letter for letter.")
    )
    metadata = _column(
        "metadata",
        help_text=_(
            "OIDC: leave empty, unless the configuration is elsewhere. SAML: its metadata."
        ),
    )
    client_id = _column("client_id")
    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=512,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave empty to keep the one there is."),
    )
    amr = ValuesField(
        label=_("Methods that show more than one factor (amr)"),
        help_text=_("One on each line. Without any value in these lists, it proves nothing."),
    )
    acr = ValuesField(label=_("Classes that show more than one factor (acr)"))
    contexts = ValuesField(label=_("SAML context classes that show more than one factor"))
    acrs = ValuesField(label=_("Entra authentication contexts that show more than one factor"))
    phishing_resistant = forms.BooleanField(
        label=_("Count what it says about phishing resistance"), required=False
    )
    max_age = forms.IntegerField(
        min_value=30,
        max_value=LONGEST_MAX_AGE,
        initial=300,
        label=_("Oldest sign-in that counts"),
        help_text=_("In seconds, when it arrives."),
    )
    asks_for = ValuesField(
        label=_("What a step-up asks the provider for"),
        help_text=_("The preferred one first. Only what comes back counts."),
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes, without the secret; after validation."""
        given = dict(self.cleaned_data)
        given.pop("tenant", None)
        given.pop("secret")
        lists = {place.value: given.pop(place.value) for place in StatementPlace}
        return {**given, "accepted": {place: listed for place, listed in lists.items() if listed}}


class NewIdentityProviderForm(IdentityProviderForm):
    """The same of a new one, with its tenant."""

    tenant = TenantField()
    field_order = ("tenant",)


def initial_of(row: IdentityProvider) -> dict[str, Any]:
    """What the form starts with; the secret is never shown."""
    plain = ("name", "profile", "protocol", "issuer", "metadata", "client_id")
    chosen = ("phishing_resistant", "max_age", "asks_for")
    lists = {place.value: row.accepted.get(place.value, []) for place in StatementPlace}
    return {**{name: getattr(row, name) for name in (*plain, *chosen)}, **lists}
