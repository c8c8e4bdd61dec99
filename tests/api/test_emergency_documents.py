"""The documents of the emergency envelope name what the views answer."""

from __future__ import annotations

from otpguard.api.emergency_documents import EmergencyDocument, EnvelopeDocument


def test_no_document_of_an_envelope_that_exists_has_codes() -> None:
    assert "codes" not in EnvelopeDocument().fields
    assert set(EmergencyDocument().fields) == {"envelope", "openable", "running"}
