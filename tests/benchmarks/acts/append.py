"""One audit event and its commit: ours, the ORM's, psycopg's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.challenge import ChallengeSent
from otpguard.database import transaction
from otpguard.models import Event
from tests.benchmarks.acts import bare_sql
from tests.benchmarks.crew import Act

NAMES = ("id", "tenant_id", "kind", "checkpoint", "actor_ref", "subject_ref", "story", "xact")
REST = ("body", "mac", "key_id")
INSERT = (
    f"INSERT INTO otpguard_event ({', '.join((*NAMES, *REST))})"
    f" VALUES ({', '.join(['%s'] * (len(NAMES) + len(REST)))})"
)
EVENT = ChallengeSent(channel="sms", provider="memory", step=0, delivered=True)


def acts(_fuel: object) -> Mapping[str, Act]:
    """By name, what is timed; each writes rows of the same size into the same table."""
    around = Circumstances(
        now=timezone.now(),
        tenant=str(uuid4()),
        checkpoint="billing_change",
        actor="17",
        subject="17",
        story=str(uuid4()),
        client_ip="203.0.113.7",
        agent="Firefox on Linux",
        target="the plan",
    )
    with transaction.atomic():
        like = Event.objects.get(pk=record(EVENT, around))
    values = {name: getattr(like, name) for name in (*NAMES, *REST)}

    def ours() -> None:
        with transaction.atomic():
            record(EVENT, around)

    return {
        "otpguard": Act(ours),
        "ORM create": Act(lambda: Event.objects.create(**_fresh(values))),
        "psycopg INSERT": Act(
            lambda: bare_sql.connection().execute(INSERT, list(_fresh(values).values()))
        ),
    }


def _fresh(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "id": uuid4()}
