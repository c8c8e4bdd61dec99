"""What the API answers about the signed log."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document


class PurgedDocument(Document):
    """What was deleted at the beginning of a log when its term was over."""

    events = s.IntegerField(help_text="How many; the first event that is kept has this index.")
    sealed_before = s.DateTimeField(help_text="All that was sealed before may be gone.")
    years = s.IntegerField(help_text="The term.")
    root = s.CharField(help_text="The hash of the tree of these events, in hex.")
    at = s.DateTimeField(help_text="When the last of them were deleted.")


class LogHeadDocument(Document):
    """The newest head of a log."""

    size = s.IntegerField(help_text="How many events it covers.")
    head = s.CharField(help_text="A signed note (C2SP tlog-checkpoint).")
    keys = s.ListField(child=s.CharField(), help_text="The keys that sign, as name+id+base64.")
    begins_at = s.IntegerField(help_text="The index of the first event that is kept; 0 for all.")
    purged = PurgedDocument(allow_null=True, help_text="Null while nothing was deleted.")


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
    begins_at = s.IntegerField(help_text="The index of the first event that is kept; 0 for all.")
    purged = PurgedDocument(allow_null=True, help_text="Null while nothing was deleted.")


class LogGrowthDocument(Document):
    """That one head is the beginning of another."""

    old = s.CharField(help_text="The older head, a signed note.")
    new = s.CharField(help_text="The newer head, a signed note.")
    hashes = s.ListField(child=s.CharField(), help_text="In base64, as RFC 9162 orders them.")
