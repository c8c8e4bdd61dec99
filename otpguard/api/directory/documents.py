"""What the API takes and answers about an organization's directory."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document, PageDocument
from otpguard.models import ScimToken

SCOPES = list(ScimToken.Scope.values)


class DirectoryTokenDocument(Document):
    """A token of the directory that opens something; never its secret."""

    id = s.UUIDField()
    name = s.CharField()
    scope = s.ChoiceField(SCOPES)
    prefix = s.CharField(help_text="The beginning of its secret.")
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    rotated_at = s.DateTimeField(allow_null=True)
    used_at = s.DateTimeField(allow_null=True, help_text="To the minute.")


class DirectoryTokenListDocument(Document):
    """The tokens of an organization that open something, the newest first."""

    tokens = s.ListField(child=DirectoryTokenDocument())


class NewDirectoryTokenDocument(DirectoryTokenDocument):
    """A token that was made."""

    secret = s.CharField(help_text="Told this once.")


class DirectoryTokenBody(Document):
    """A token to make."""

    name = s.CharField()
    scope = s.ChoiceField(SCOPES)
    days = s.IntegerField(help_text="Until it expires: 1 to 366.")


class DirectoryTokenSuccessorBody(Document):
    """What a new secret means for the old one."""

    overlap = s.IntegerField(help_text="Days that the old token still works: 0 to 30.")


class EndedTokenDocument(Document):
    """The token has ended."""

    ended = s.BooleanField()


class DirectoryGroupDocument(Document):
    """A group of the directory, and the role that it gives."""

    id = s.UUIDField()
    name = s.CharField()
    role = s.CharField(allow_blank=True, help_text="Empty: it gives nothing.")
    changed_at = s.DateTimeField()


class DirectoryGroupPageDocument(PageDocument):
    """The groups of a directory, the newest first."""

    groups = s.ListField(child=DirectoryGroupDocument())


class DirectoryGroupBody(Document):
    """The role that a group gives from now on."""

    role = s.CharField(allow_blank=True)


class HeldRemovalsDocument(Document):
    """Removals that wait because many people went at once."""

    count = s.IntegerField()


class RemovalDecisionBody(Document):
    """What becomes of all removals that wait."""

    decision = s.ChoiceField(["let_through", "refuse"])
