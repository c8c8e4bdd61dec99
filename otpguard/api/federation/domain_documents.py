"""What the API takes and answers about domains of e-mail."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document
from otpguard.flows.federation.domain import DomainState


class DomainDocument(Document):
    """A domain, and the DNS record that shows whose it is."""

    id = s.UUIDField()
    domain = s.CharField()
    record_name = s.CharField(help_text="Where the TXT record stands.")
    record_text = s.CharField(help_text="What it says.")
    verified = s.BooleanField()
    verified_at = s.DateTimeField(allow_null=True)
    seen_at = s.DateTimeField(allow_null=True, help_text="When the record was last there.")
    checked_at = s.DateTimeField(allow_null=True, help_text="When we last looked.")
    created_at = s.DateTimeField()


class DomainListDocument(Document):
    """The domains of an organization."""

    domains = s.ListField(child=DomainDocument())


class DomainBody(Document):
    """A domain to claim."""

    domain = s.CharField(help_text="Such as `acme.com`; an e-mail provider's is refused.")


class CheckedDomainDocument(DomainDocument):
    """A domain after a look at its record."""

    seen = s.ChoiceField(
        [state.value for state in DomainState],
        help_text="`taken`: another organization has verified this domain.",
    )


class RemovedDomainDocument(Document):
    """Whether there was such a domain."""

    removed = s.BooleanField()
