"""Input about an organization's own sign-in service, in the words of those who set one up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.evidence import Protocol
from otpguard.core.federation.profiles import IDP_PROFILES, StatementPlace
from otpguard.federation.speakers import speakers
from otpguard.forms.enterprise.identity_provider import IdentityProviderForm
from otpguard.labels import Text

WORDS: Mapping[str, tuple[Text, Text]] = {
    "name": (_("Name"), _("What people read on the button, such as the name of your company.")),
    "profile": (_("Service"), ""),
    "protocol": (_("Protocol"), _("OpenID Connect (OIDC) where your service offers both.")),
    "issuer": (
        _("Issuer or entity ID"),
        _("Copy it from your service, letter for letter."),
    ),
    "metadata": (
        _("Metadata"),
        _("SAML: paste the XML of your service. OIDC: leave empty."),
    ),
    "client_id": (_("Client ID"), _("OIDC only.")),
    "secret": (_("Client secret"), _("OIDC only. Leave empty to keep the one there is.")),
    "amr": (
        _("Methods (amr) that count as confirmed in two ways"),
        _("One on each line. Empty lists: a sign-in opens the account and confirms nothing more."),
    ),
    "acr": (_("Classes (acr) that count as confirmed in two ways"), ""),
    "contexts": (_("SAML context classes that count as confirmed in two ways"), ""),
    "acrs": (_("Authentication contexts of Entra ID that count as confirmed in two ways"), ""),
    "phishing_resistant": (_("Count what it says about phishing resistance"), ""),
    "max_age": (
        _("Oldest sign-in that counts"),
        _("In seconds, when it arrives."),
    ),
    "asks_for": (
        _("What your service is asked for when somebody must confirm"),
        _("The preferred one first, one on each line."),
    ),
}
"""The label and the help of each field."""


class SignInForm(IdentityProviderForm):
    """What an administrator chooses, of the protocols that are spoken here."""

    def __init__(self, data: Any = None, **options: Any) -> None:  # noqa: ANN401 (what was sent)
        super().__init__(data, **{"auto_id": "otpguard-%s", **options})
        for name, field in self.fields.items():
            field.label, field.help_text = map(str, WORDS[name])
            if not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "og-input"
        protocol: Any = self.fields["protocol"]
        spoken = speakers.protocols
        protocol.choices = [each for each in protocol.choices if each[0] in {"", *spoken}]

    def clean(self) -> dict[str, Any]:
        """Refuse, before anybody is asked for a code, what could not be used: a value that never
        counts, an address that is none, SAML without its metadata."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if given["protocol"] == Protocol.SAML.value:
            if not given["metadata"].strip():
                self.add_error("metadata", _("Paste the metadata of your service."))
        else:
            self._check_oidc(given)
        profile, protocol = IDP_PROFILES[given["profile"]], Protocol(given["protocol"])
        for place in StatementPlace:
            for value in given[place.value]:
                if not profile.may_list(place, value, protocol):
                    text = _("%(value)s never counts as confirmed in two ways at %(name)s.")
                    said = {"value": value, "name": profile.label}
                    self.add_error(place.value, text % said)
        return given

    def _check_oidc(self, given: dict[str, Any]) -> None:
        if not given["client_id"]:
            self.add_error("client_id", _("Enter the client ID that your service shows."))
        for name in ("issuer", "metadata"):
            if given[name] and not given[name].startswith("https://"):
                self.add_error(name, _("This must begin with https://."))
