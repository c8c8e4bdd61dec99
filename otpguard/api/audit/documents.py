"""What the API answers about the signed log."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document


class LogHeadDocument(Document):
    """The newest head of a log."""

    size = s.IntegerField(help_text="How many events it covers.")
    head = s.CharField(help_text="A signed note (C2SP tlog-checkpoint).")
    keys = s.ListField(child=s.CharField(), help_text="The keys that sign, as name+id+base64.")


class EventProofDocument(Document):
    """An event and what shows it to be in the log."""

    state = s.ChoiceField(
        ["holds", "waits", "broken"],
        help_text="`waits`: it will be in the log within seconds. `broken`: it was changed.",
    )
    index = s.IntegerField(allow_null=True)
    size = s.IntegerField(allow_null=True)
    event = s.CharField(help_text="The bytes that were hashed.")
    proof = s.CharField(allow_blank=True, help_text="A file of the form C2SP tlog-proof.")
    head_proof = s.CharField(
        allow_blank=True, help_text="The same for the head, in the log of all heads of the site."
    )


class LogGrowthDocument(Document):
    """That one head is the beginning of another."""

    old = s.CharField(help_text="The older head, a signed note.")
    new = s.CharField(help_text="The newer head, a signed note.")
    hashes = s.ListField(child=s.CharField(), help_text="In base64, as RFC 9162 orders them.")
