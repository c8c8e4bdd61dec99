"""Whether an event is in the signed log, in words."""

from __future__ import annotations

from otpguard.flows.audit.prove import EventProof, ProofState
from otpguard.http.audit.event_proof import proof_file, proof_text
from otpguard.models import Event


def test_each_state_has_its_sentence() -> None:
    texts = {proof_text(EventProof(state=state, index=0, size=3)) for state in ProofState}
    assert len(texts) == len(ProofState)
    assert "Verified: number 1 of 3 in the signed log" in texts


def test_the_file_is_named_after_the_event() -> None:
    event = Event(body="{}")
    given = proof_file(event, EventProof(state=ProofState.HOLDS, file="p", head_file="h"))
    assert given["Content-Disposition"] == f'attachment; filename="event-{event.pk}.zip"'
