"""Streams of events: where they go, how far they are, what was refused."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import TenantFilter
from otpguard.core.facts import RequestFacts
from otpguard.core.siem.sinks import Sink
from otpguard.flows.siem.stream_change import (
    create_stream,
    pause_stream,
    remove_stream,
    replace_secret,
    replay_refused,
    resume_stream,
    send_test_event,
)
from otpguard.flows.siem.stream_fields import host_of
from otpguard.forms.audit.log_stream import SiteStreamForm
from otpguard.labels import Text
from otpguard.models import DeadLetter, LogStream


class CreateStream(ObjectAction):
    """A new stream."""

    slug, label, on_list, form_class = "create", _("Create event stream"), True, SiteStreamForm
    help = _("Events go to the receiver in order, from the next one on.")

    def target(self, form: SiteStreamForm) -> str:
        """Which stream."""
        return f"{self.label}: {form.cleaned_data['name']}"

    def run(self, facts: RequestFacts, form: SiteStreamForm) -> Text:
        """Calls the flow `create_stream`."""
        made = create_stream(facts=facts, **form.values)
        self.obj = made.stream
        if not made.secret:
            return _("The stream was created.")
        text = _("The stream was created. Its secret, which is shown this once: %(secret)s")
        return text % {"secret": made.secret}


class PauseStream(ObjectAction):
    """Send nothing for a while."""

    slug, label, grave = "pause", _("Pause"), True
    help = _("Nothing is sent until it goes on. No event is lost. The administrators are told.")

    def is_offered(self) -> bool:
        """Only for one that is active."""
        return bool(self.obj.state == LogStream.State.ACTIVE)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `pause_stream`."""
        pause_stream(facts=facts, stream=self.obj, reason=form.cleaned_data["reason"])
        return _("The stream is paused.")


class ResumeStream(ObjectAction):
    """Go on."""

    slug, label = "resume", _("Continue")
    help = _("It goes on where it was paused.")

    def is_offered(self) -> bool:
        """Only for one that is paused."""
        return bool(self.obj.state == LogStream.State.PAUSED)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `resume_stream`."""
        resume_stream(facts=facts, stream=self.obj)
        return _("The stream goes on.")


class TestStream(ObjectAction):
    """See whether it arrives."""

    slug, label = "test", _("Send a test event")
    help = _(
        "It takes the same path as every other event and arrives within seconds, after the"
        " events that wait already."
    )

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `send_test_event`."""
        event = send_test_event(facts=facts, stream=self.obj)
        return _("The test event %(id)s is on its way.") % {"id": event}


class ReplayRefused(ObjectAction):
    """Once more."""

    slug, label = "replay", _("Send refused events again")
    help = _("Each is offered once more, by itself. The receiver may get them out of order.")

    def is_offered(self) -> bool:
        """Only where there are some."""
        return DeadLetter.objects.filter(stream=self.obj, replay_at=None).exists()

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `replay_refused`."""
        count = replay_refused(facts=facts, stream=self.obj)
        return _("Events that are sent again: %(count)d.") % {"count": count}


class ReplaceSecret(ObjectAction):
    """A new secret for a webhook."""

    slug, label = "secret", _("Replace the secret")
    help = _("For 24 hours both secrets sign. If it has leaked, replace it twice.")

    def is_offered(self) -> bool:
        """Only where the secret is ours."""
        return Sink(self.obj.sink).is_signed

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `replace_secret`."""
        secret = replace_secret(facts=facts, stream=self.obj)
        text = _("The secret was replaced. The new one, which is shown this once: %(secret)s")
        return text % {"secret": secret}


class RemoveStream(ObjectAction):
    """The end of a stream."""

    slug, label, grave = "remove", _("Remove"), True
    help = _("Nothing is sent there any more. The log keeps its events. Administrators are told.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `remove_stream`."""
        remove_stream(facts=facts, stream=self.obj, reason=form.cleaned_data["reason"])
        return _("The stream was removed.")

    def next_url(self) -> str:
        """The list: the page of the stream is gone."""
        return self.model_admin.page_of(None)


@admin.register(LogStream)
class LogStreamAdmin(ReadOnlyAdmin):
    """Streams, the newest first."""

    object_actions = (
        CreateStream,
        PauseStream,
        ResumeStream,
        TestStream,
        ReplayRefused,
        ReplaceSecret,
        RemoveStream,
    )
    empty_text = _("No events are sent anywhere.")
    titled_by = ("name", "tenant")
    list_display = ("name", "tenant", "sink", "host", "health", "sent", "sent_at", "refused")
    list_filter = (TenantFilter, "sink", "state")
    search_fields = ("name", "tenant__name", "tenant__slug")
    list_select_related = ("tenant",)
    fields = (
        "name",
        "tenant",
        "sink",
        "host",
        "region",
        "health",
        "trouble",
        "failures",
        "failing_since",
        "next_at",
        "sent",
        "sent_at",
        "refused",
        "limits",
        "old_secret_until",
        "created_at",
    )

    @admin.display(description=_("host"))
    def host(self, obj: LogStream) -> str:
        """The host alone: a path may hold a key."""
        return host_of(obj)

    @admin.display(description=_("state"))
    def health(self, obj: LogStream) -> SafeString:
        """How it goes."""
        if obj.state == LogStream.State.PAUSED:
            return badge(_("paused"), "wait")
        return badge(_("failing"), "bad") if obj.failures else badge(_("active"), "good")

    @admin.display(description=_("refused events"))
    def refused(self, obj: LogStream) -> int:
        """How many the receiver has refused for good."""
        return DeadLetter.objects.filter(stream=obj).count()

    @admin.display(description=_("what it cannot do"))
    def limits(self, obj: LogStream) -> str:
        """What this kind of receiver cannot promise."""
        if Sink(obj.sink).is_syslog:
            return str(
                _(
                    "Syslog acknowledges nothing: what is under way when a connection breaks may be"
                    " lost or come twice. Compare with the log."
                )
            )
        if obj.sink == Sink.DATADOG:
            return str(_("Datadog drops events that are older than 18 hours, and does not say so."))
        return str(_("An event may come twice: compare its id."))

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[Text, str]]:  # noqa: ANN401, ARG002 (any row)
        """What it has refused."""
        return [(_("Refused events"), self.list_url("deadletter", stream=obj.pk))]


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Events that receivers have refused for good, the newest first."""

    empty_text = _("No receiver has refused an event.")
    titled_by = ("event",)
    list_display = ("event", "stream_name", "reason", "at", "replay_at")
    list_filter = ("stream__sink",)
    search_fields = ("stream__name", "reason")
    list_select_related = ("stream",)
    fields = ("event", "stream_name", "reason", "at", "replay_at")

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:  # noqa: ANN401 (Django's signature)
        """By the stream too: its page links here."""
        return lookup == "stream" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("event stream"))
    def stream_name(self, obj: DeadLetter) -> SafeString | str:
        """The stream, with a link."""
        return self.link_to("logstream", obj.stream_id, obj.stream.name)
