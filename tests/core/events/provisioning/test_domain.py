"""Events about domains name the domain, which is a company's."""

from __future__ import annotations

from otpguard.core.events.provisioning.domain import DomainAdded, DomainLost, DomainRemoved


def test_a_domain_is_told_by_its_name() -> None:
    assert DomainAdded(domain="acme.example").data() == {"domain": "acme.example"}
    lost = DomainLost(domain="acme.example", seen_at="2026-11-30", reason="missing")
    assert lost.data() == {"domain": "acme.example", "seen_at": "2026-11-30", "reason": "missing"}
    assert DomainRemoved(domain="acme.example").data()["reason"] == ""
