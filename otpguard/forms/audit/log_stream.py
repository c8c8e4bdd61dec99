"""Input about streams of events: where they go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.siem.sinks import Sink
from otpguard.flows.siem.stream_change import (
    LONGEST_NAME,
    LONGEST_REGION,
    LONGEST_SECRET,
    LONGEST_URL,
)
from otpguard.forms.tenant_field import TenantField
from otpguard.models.fields import PlainTextInput
from otpguard.siem.sink_url import SinkUrlError, checked_sink_url


class StreamForm(forms.Form):
    """A stream to set up. The flow checks what belongs together."""

    name = PlainTextInput(label=_("Name"), max_length=LONGEST_NAME)
    sink = forms.ChoiceField(
        label=_("Kind"),
        choices=[(sink.value, sink.text) for sink in Sink],
        help_text=_(
            "Each gets the events of the log. “Signed webhook of verifications” is told only what"
            " became of the verifications that your services ask for."
        ),
    )
    url = forms.CharField(
        label=_("URL"),
        max_length=LONGEST_URL,
        help_text=_(
            "https://logs.example.com/otpguard, or tls://logs.example.com:6514 for syslog."
        ),
    )
    secret = forms.CharField(
        label=_("Token"),
        max_length=LONGEST_SECRET,
        required=False,
        widget=forms.PasswordInput,
        help_text=_("The receiver's token. For a webhook we create one; syslog needs none."),
    )
    region = forms.CharField(
        label=_("Region"),
        max_length=LONGEST_REGION,
        required=False,
        help_text=_("Where the receiver keeps the events, such as EU."),
    )
    from_beginning = forms.BooleanField(label=_("From the first event of the log"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a URL that the kind does not take, before anybody is asked for a code."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "sink" in cleaned and "url" in cleaned:
            try:
                checked_sink_url(Sink(cleaned["sink"]), cleaned["url"])
            except SinkUrlError as wrong:
                self.add_error("url", _("This URL cannot be used: %(reason)s.") % {"reason": wrong})
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {**self.cleaned_data, "sink": Sink(self.cleaned_data["sink"])}


class SiteStreamForm(StreamForm):
    """The same for operators, who choose whose events are sent."""

    tenant = TenantField(required=False, help_text=_("Empty: all events of the site."))
    field_order = ("tenant", "name", "sink", "url", "secret", "region", "from_beginning")
