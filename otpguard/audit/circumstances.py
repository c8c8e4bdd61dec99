"""What surrounds an event: who, whom, where, by which door and in which story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from otpguard import vault
from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest
from otpguard.exceptions import Ask
from otpguard.models import Challenge

SESSION_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who, whom, where and in which story.

    `actor` and `subject` are keys of users; the body has their references. Client IP, agent,
    `fingerprint` and `session_context` are encrypted under the actor's key, the target under the
    subject's. `session` is a reference of the login session, `intent` the digest of what is bound.
    """

    now: datetime
    tenant: str = ""
    checkpoint: str = ""
    actor: str = ""
    subject: str = ""
    story: str = ""
    client_ip: str = ""
    agent: str = ""
    target: str = ""
    request_id: str = ""
    session: str = ""
    source: EventSource = EventSource.JOB
    device: str = ""
    fingerprint: str = field(default="", repr=False)
    intent: str = ""
    session_context: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: RequestFacts, **known: Any) -> Circumstances:  # noqa: ANN401 (its fields)
        """The circumstances of a request; its actor is the subject unless `subject` is given."""
        here: dict[str, Any] = {
            "now": facts.now,
            "tenant": facts.tenant,
            "actor": facts.user,
            "subject": facts.user,
            "client_ip": facts.client_ip,
            "agent": facts.agent,
            "request_id": facts.request_id,
            "session": session_reference(facts.sid),
            "source": facts.source,
            "device": facts.device,
            "fingerprint": facts.fingerprint,
            "session_context": facts.session_context,
        }
        return cls(**{**here, **known})

    @classmethod
    def of_ask(cls, facts: RequestFacts, ask: Ask) -> Circumstances:
        """Who asks for what."""
        return cls.of(
            facts,
            checkpoint=ask.checkpoint,
            story=ask.story,
            target=ask.target,
            intent=ask.intent,
        )

    @classmethod
    def of_challenge(cls, facts: RequestFacts, challenge: Challenge) -> Circumstances:
        """Who does something about whose challenge."""
        return cls.of(
            facts,
            tenant=str(challenge.tenant_id or ""),
            subject=str(challenge.user_id or ""),
            checkpoint=challenge.checkpoint,
            story=str(challenge.story),
            target=challenge.target.reveal(),
            intent=challenge.intent,
        )


def session_reference(sid: str) -> str:
    """A reference of a login session: the same in all its events, and of no use to enter it."""
    return keyed_digest(vault.key_for(vault.SESSION), sid.encode())[:SESSION_DIGITS] if sid else ""
