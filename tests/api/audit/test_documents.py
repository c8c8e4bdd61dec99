"""What the API answers about the signed log has the form that it describes."""

from __future__ import annotations

from otpguard.api.audit.documents import EventProofDocument, LogGrowthDocument, LogHeadDocument


def test_documents_take_what_the_views_answer() -> None:
    head = LogHeadDocument(
        data={"size": 1, "head": "h", "keys": ["k"], "begins_at": 0, "purged": None}
    )
    growth = LogGrowthDocument(data={"old": "o", "new": "n", "hashes": []})
    waits = {"state": "waits", "index": None, "size": None, "event": "{}", "proof": ""}
    waits |= {"begins_at": 0, "purged": None}
    proof = EventProofDocument(data={**waits, "head_proof": ""})
    for each in (head, growth, proof):
        assert each.is_valid(), each.errors
    assert not EventProofDocument(data={**waits, "state": "maybe", "head_proof": ""}).is_valid()
