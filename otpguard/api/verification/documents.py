"""The shapes of verifications, for the API's description."""

from __future__ import annotations

from rest_framework import serializers as s

from otpguard.api.documents import Document


class SessionContextDocument(Document):
    """From where the person acts. Both are kept encrypted in the audit log."""

    client_ip = s.CharField(
        required=False, help_text="Caps count by it. Left out: by the IP address that calls."
    )
    user_agent = s.CharField(required=False)


class AuditMetadataDocument(Document):
    """What the audit log says of it."""

    tenant = s.CharField(required=False, help_text="Slug or id; 400 unless it is that of the key.")
    user = s.CharField(required=False, help_text="What you call your user. Kept encrypted.")
    action = s.CharField(required=False)
    session_context = SessionContextDocument(required=False)


class VerificationBody(Document):
    """A number to be proven."""

    to = s.CharField(help_text="The number, with its country code, or as one of `region`.")
    preferred_methods = s.ListField(
        child=s.CharField(), required=False, help_text="Channels in order; the policy limits them."
    )
    fallback_timeout = s.IntegerField(
        min_value=2, max_value=120, required=False, help_text="Seconds before the next channel."
    )
    velocity_profile = s.CharField(
        required=False, help_text="`standard`, or `strict` for the narrower caps."
    )
    action = s.CharField(
        required=False, help_text="What it is for: a checkpoint, or a name of yours."
    )
    whatsapp_business_account = s.CharField(
        required=False, help_text="400 unless a sender here has it. It chooses none."
    )
    whatsapp_template_name = s.CharField(
        required=False, help_text="400 unless a sender here has it. It chooses none."
    )
    region = s.CharField(required=False, help_text="A country (ISO 3166), to read `to`.")
    audit_metadata = AuditMetadataDocument(required=False)


class VerificationDocument(Document):
    """A verification. It proves a number, and opens no session."""

    id = s.UUIDField()
    state = s.CharField(help_text="`open`, `verified`, `canceled`, `exhausted` or `expired`.")
    channel = s.CharField(allow_blank=True, help_text="Over which the last code went.")
    action = s.CharField(allow_blank=True)
    audit_event = s.UUIDField(allow_null=True, help_text="The id of its entry in the audit log.")
    requires_step_up = s.BooleanField(
        help_text="`action` is a checkpoint, and a proven number alone does not open it."
    )
    attempts_left = s.IntegerField()
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()


class CheckBody(Document):
    """What the person has entered."""

    code = s.CharField()


class CheckedDocument(VerificationDocument):
    """What came of a check."""

    verified = s.BooleanField()
    reason = s.CharField(allow_null=True, help_text="Why the code does not count.")
