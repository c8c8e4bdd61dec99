"""What the API takes and answers about the emergency envelope."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document
from otpguard.core.emergency import HOURS


class EnvelopeBody(Document):
    """What a new envelope is to open."""

    checkpoints = s.ListField(child=s.CharField(), help_text="Slugs out of `openable`.")


class EmergencyCodeBody(Document):
    """One printed code. `hours` and `reason` count for the first person."""

    code = s.CharField()
    hours = s.ChoiceField(list(HOURS))
    drill = s.BooleanField(required=False, help_text="The same for both people.")
    reason = s.CharField(help_text="Kept in the audit log. No names, no phone numbers.")


class EmergencyAccessDocument(Document):
    """Emergency access that runs, or has just ended."""

    id = s.UUIDField()
    opens = s.ListField(child=s.CharField())
    people = s.ListField(child=s.CharField(), help_text="The ids of those who pass.")
    drill = s.BooleanField()
    reason = s.CharField()
    opened_at = s.DateTimeField()
    until = s.DateTimeField()


class EnvelopeDocument(Document):
    """The envelope that there is. Never its codes."""

    opens = s.ListField(child=s.CharField())
    codes_left = s.IntegerField()
    created_at = s.DateTimeField()


class EmergencyDocument(Document):
    """The envelope, what it could open, and what is open now."""

    envelope = EnvelopeDocument(allow_null=True)
    openable = s.ListField(child=s.CharField())
    running = EmergencyAccessDocument(many=True)


class NewEnvelopeDocument(Document):
    """A new envelope. Its codes are shown here and never again."""

    opens = s.ListField(child=s.CharField())
    codes = s.ListField(child=s.CharField())


class EnteredDocument(Document):
    """What a code did: null while somebody else must enter another one."""

    access = EmergencyAccessDocument(allow_null=True)


class EndedEmergencyDocument(Document):
    """Whether it was running until now."""

    ended = s.BooleanField()
