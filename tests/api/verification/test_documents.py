"""What a service sends has the members that are read, and what it gets those that are told."""

from __future__ import annotations

from otpguard.api.verification.documents import (
    AuditMetadataDocument,
    CheckBody,
    SessionContextDocument,
    VerificationBody,
)
from otpguard.core.verification import read_wanted
from otpguard.forms.challenge import AnswerForm


def test_every_member_that_is_described_is_read() -> None:
    context = dict.fromkeys(SessionContextDocument().fields, "")
    metadata = {**dict.fromkeys(AuditMetadataDocument().fields, ""), "session_context": context}
    body = {
        **dict.fromkeys(VerificationBody().fields, ""),
        "to": "+12015550123",
        "preferred_methods": ["sms"],
        "fallback_timeout": 8,
        "velocity_profile": "strict",
        "audit_metadata": metadata,
    }
    assert read_wanted(body, default_region="US").number.e164 == "+12015550123"


def test_a_check_has_the_field_of_the_form() -> None:
    assert set(CheckBody().fields) <= set(AnswerForm().fields)
