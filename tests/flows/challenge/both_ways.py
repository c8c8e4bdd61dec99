"""One act told twice, by hand-written SQL and by the ORM: what each of them left in the tables.

Each way is rehearsed from the same point: what it wrote is read, then undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.event_mac import is_genuine
from otpguard.core.assurance import Primary
from otpguard.core.events.challenge import ChallengeStarted
from otpguard.core.limits import Cap, CapName
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.ask_columns import columns_of
from otpguard.flows.challenge.open_at_once import Opening
from otpguard.flows.delivery.caps import send_caps
from otpguard.ids import new_id
from otpguard.models import Challenge, Delivery, Event, Factor, FactorLane, Grant, Usage
from tests.flows.setting import Stopped

WRITTEN: tuple[type[models.Model], ...] = (Challenge, Delivery, Usage, Grant, FactorLane, Factor)
BY_CHANCE = {Delivery: "id", Usage: "id", Grant: "id", FactorLane: "id"}
"""Keys that differ between two runs of the same."""

HOUR = timedelta(hours=1)
PLAN = [
    {"channel": "sms", "provider": "memory", "receipts": True, "remote": False, "length": 6},
    {"channel": "voice", "provider": "memory", "receipts": False, "remote": False, "length": 6},
]


@contextmanager
def rehearsal() -> Iterator[None]:
    """A block whose writes are undone at its end; it begins no transaction of its own, so that
    what has to be durable may be inside."""
    point = connection.savepoint()
    try:
        yield
        connection.check_constraints()
    finally:
        connection.savepoint_rollback(point)


@dataclass(frozen=True)
class Told:
    """What came of it, and all rows afterwards."""

    outcome: Any
    rows: dict[str, list[Any]]


def told(act: Callable[[], Any], *, writes: Callable[[Any], bool] = lambda _: True) -> Told:
    """Rehearse `act`. What is thrown away by its caller, as `writes` says, leaves no rows."""
    with rehearsal():
        try:
            outcome = act()
        except StartRefused as refused:
            outcome = ("refused", refused.reason, refused.retry_after)
        return Told(outcome=outcome, rows=_rows() if writes(outcome) else {})


def _rows() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for model in WRITTEN:
        dropped = BY_CHANCE.get(model)
        values = [
            {name: _plain(value) for name, value in row.items() if name != dropped}
            for row in model._default_manager.order_by().values()
        ]
        found[model.__name__] = sorted(values, key=repr)
    found["Event"] = [_event(row) for row in Event.objects.order_by("id")]
    return found


def _plain(value: Any) -> Any:
    if hasattr(value, "reveal"):
        return value.reveal()
    return bytes(value) if isinstance(value, memoryview) else value


def _event(row: Event) -> Any:
    assert is_genuine(row)
    assert row.xact > 0
    body = json.loads(row.body)
    body.pop("id")
    body["private"] = bool(body["private"])
    if "grant" in body["data"]:
        # It names the grant that was written, which has another id each time.
        assert Grant.objects.filter(pk=body["data"].pop("grant")).exists()
    return row.kind, row.tenant_id, row.checkpoint, row.actor_ref, row.subject_ref, row.story, body


def values(row: models.Model) -> dict[str, Any]:
    """Every column, as it is said in Python."""
    assert not row.get_deferred_fields()
    found = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {
        name: value.reveal() if hasattr(value, "reveal") else value
        for name, value in found.items()
        if not isinstance(value, memoryview)
    }


# --- a start that is about to be written ---------------------------------------------------------


def cap(name: CapName, key: str, limit: int = 20) -> Cap:
    """A cap of an hour."""
    return Cap(name=name, key=key, limit=limit, window=HOUR)


def opening(
    who: Stopped,
    *,
    caps: tuple[Cap, ...] = (),
    sends: bool = True,
) -> Opening:
    """What `open_challenge` puts together, with caps of one's own choice; those of the message are
    of the settings."""
    facts, factor = who.facts, who.factor
    challenge = Challenge(
        id=new_id(),
        seed=b"0123456789abcdef",
        key_id=vault.key_ids()[0],
        **columns_of(who.ask),
        level=2,
        primary=Primary.PASSWORD.value,
        factor=factor,
        destination=factor.secret if sends else "",
        phone_index=factor.phone_index,
        net=json.dumps({"client_ip": facts.client_ip, "agent": facts.agent, "host": facts.host}),
        plan=PLAN if sends else [],
        created_at=facts.now,
        last_sent_at=facts.now,
        expires_at=facts.now + timedelta(minutes=5),
    )
    event = ChallengeStarted(
        factor=str(factor.pk), kind=factor.kind, channels=["sms", "voice"] if sends else []
    )
    return Opening(
        facts=facts,
        challenge=challenge,
        factor=factor,
        caps=caps or (cap(CapName.SESSION, facts.sid),),
        send_caps=send_caps(challenge, step=0) if sends else (),
        started=(event, Circumstances.of_ask(facts, who.ask)),
    )
