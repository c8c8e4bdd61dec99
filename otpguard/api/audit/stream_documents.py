"""What the API takes and answers about streams of events."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document, PageDocument
from otpguard.core.siem.sinks import Sink

KINDS = [sink.value for sink in Sink]


class StreamDocument(Document):
    """A stream and how it goes. Its token is never told, and of its URL the host alone."""

    id = s.UUIDField()
    name = s.CharField()
    sink = s.ChoiceField(KINDS)
    host = s.CharField()
    region = s.CharField(allow_blank=True)
    state = s.CharField(help_text="`active` or `paused`.")
    failures = s.IntegerField(help_text="Failed tries in a row; 0 while events arrive.")
    trouble = s.CharField(allow_blank=True, help_text="What the last failed try met.")
    failing_since = s.DateTimeField(allow_null=True)
    next_at = s.DateTimeField(help_text="When it is tried next.")
    sent = s.IntegerField(help_text="How many events were taken.")
    sent_at = s.DateTimeField(allow_null=True)
    refused = s.IntegerField(help_text="How many events were refused for good.")
    old_secret_until = s.DateTimeField(
        allow_null=True, help_text="Until then a webhook is signed by its old secret too."
    )
    created_at = s.DateTimeField()


class StreamListDocument(Document):
    """The streams of an organization."""

    streams = s.ListField(child=StreamDocument())


class NewStreamDocument(StreamDocument):
    """A stream that was set up, or whose secret was replaced."""

    secret = s.CharField(allow_blank=True, help_text="Of a webhook; told this once.")


class StreamBody(Document):
    """A stream to set up."""

    name = s.CharField()
    sink = s.ChoiceField(KINDS)
    url = s.CharField(help_text="https://…, or tls://host:port for syslog and cef.")
    secret = s.CharField(required=False, help_text="The receiver's token; a webhook has its own.")
    region = s.CharField(required=False, help_text="Where the receiver keeps the events.")
    from_beginning = s.BooleanField(required=False, help_text="From the first event of the log.")


class RemovedStreamDocument(Document):
    """Whether there was such a stream."""

    removed = s.BooleanField()


class TestEventDocument(Document):
    """A test event that is on its way."""

    event = s.UUIDField()


class ReplayDocument(Document):
    """Refused events that are offered once more."""

    count = s.IntegerField()


class RefusedDocument(Document):
    """An event that the receiver has refused for good."""

    id = s.UUIDField()
    event = s.UUIDField()
    reason = s.CharField()
    at = s.DateTimeField()
    replay_at = s.DateTimeField(allow_null=True)


class RefusedPageDocument(PageDocument):
    """What a stream's receiver has refused, the newest first."""

    refused = s.ListField(child=RefusedDocument())
