"""The rows of fallback timers: take those that are due, read what was sent, write what follows.

A batch takes as many statements as one challenge. Building them in the ORM cost more than running
them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.database import connection
from otpguard.models import Challenge, Delivery
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

_FIRED = Columns(
    Challenge,
    *("id", "story", "user", "tenant", "checkpoint", "target", "net", "enrolls", "plan", "step"),
    *("generation", "state", "undeliverable", "sends", "last_sent_at", "due_at", "sid", "intent"),
)
_SENT = Columns(
    Delivery,
    *("id", "challenge", "generation", "step", "state", "failure", "remote", "provider_ref"),
)
_CHALLENGE = Columns(Challenge, "due_at", "expires_at")
# By otpguard_challenge_due, whose condition is said for the generic plan of a prepared statement.
_DUE = (
    f"FROM {_FIRED.table} WHERE state = '{ChallengeState.OPEN}' AND due_at IS NOT NULL"
    " AND due_at <= %s AND expires_at > %s{} ORDER BY due_at LIMIT %s"
)
# By otpguard_delivery_step_once.
_READ_SENT = (
    f"SELECT {_SENT.of()} FROM {_SENT.table} WHERE challenge_id {{}} AND (failure <> ''"  # noqa: S608 (constant text)
    f" OR state = '{DeliveryState.DELIVERED}' OR (remote AND provider_ref IS NOT NULL))"
)
_WRITE = (
    f"UPDATE {_FIRED.table} c SET due_at = NULL, undeliverable = undeliverable OR a.ended,"  # noqa: S608 (constant text)
    " plan = CASE WHEN a.went THEN a.plan::jsonb ELSE c.plan END,"
    " step = c.step + a.went::int, sends = c.sends + a.went::int,"
    " last_sent_at = CASE WHEN a.went THEN %s ELSE c.last_sent_at END"
    " FROM unnest(%s::uuid[], %s::bool[], %s::bool[], %s::text[]) AS a(id, went, ended, plan)"
    " WHERE c.id = a.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What becomes of challenges whose step has failed: some take the next step of their plan, as
    it stands in `plan`; some are given up; some are left as they are, because a code arrived."""

    went: Sequence[Challenge] = ()
    given_up: Sequence[Challenge] = ()
    left: Sequence[Challenge] = ()

    @property
    def every(self) -> list[Challenge]:
        """All of them."""
        return [*self.went, *self.given_up, *self.left]


def take_due(now: datetime, *, most: int, one_tenant: bool) -> list[Challenge]:
    """Lock challenges whose timer is due, the longest due first; those that others hold are left.

    `one_tenant` takes those of the tenant whose timer is the first. Joins the caller's transaction.
    """
    where, params = "", [*_CHALLENGE.bind(now, now)]
    ending = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update else ""
    with prepared_cursor() as cursor:
        if one_tenant:
            cursor.execute(f"SELECT tenant_id {_DUE.format('')}", [*params, 1])
            first = cursor.fetchone()
            if first is None:
                return []
            where = " AND tenant_id IS NULL" if first[0] is None else " AND tenant_id = %s"
            params += [each for each in first if each is not None]
        cursor.execute(f"SELECT {_FIRED.of()} {_DUE.format(where)}{ending}", [*params, most])
        return [_FIRED.read(row) for row in cursor.fetchall()]


def read_sent(challenges: Sequence[Challenge]) -> dict[UUID, list[Delivery]]:
    """By challenge, the messages that say something about it: they arrived or failed, or a vendor
    made their code and has taken them."""
    sent: dict[UUID, list[Delivery]] = {challenge.pk: [] for challenge in challenges}
    if not sent:
        return sent
    keys = [value for pk in sent for value in Columns(Delivery, "challenge").bind(pk)]
    with prepared_cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_READ_SENT.format("= ANY(%s)"), [keys])
        else:
            places = ", ".join(["%s"] * len(keys))
            cursor.execute(_READ_SENT.format(f"IN ({places})"), keys)
        for row in map(_SENT.read, cursor.fetchall()):
            sent[row.challenge_id].append(row)
    return sent


def write_decided(decided: Decided, *, now: datetime) -> None:
    """Write it, to the rows and to what is in hand; no timer runs any more.

    Joins the caller's transaction, which holds the rows.
    """
    if connection.vendor == "postgresql":
        _write_at_once(decided, now)
    else:
        _write_in_turn(decided, now)
    for challenge in decided.went:
        challenge.step += 1
        challenge.sends += 1
        challenge.last_sent_at = now
    for challenge in decided.given_up:
        challenge.undeliverable = True
    for challenge in decided.every:
        challenge.due_at = None


def _write_at_once(decided: Decided, now: datetime) -> None:
    went = {challenge.pk for challenge in decided.went}
    ended = {challenge.pk for challenge in decided.given_up}
    rows = decided.every
    with prepared_cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                now,
                [challenge.pk for challenge in rows],
                [challenge.pk in went for challenge in rows],
                [challenge.pk in ended for challenge in rows],
                [json.dumps(row.plan) if row.pk in went else None for row in rows],
            ],
        )


def _write_in_turn(decided: Decided, now: datetime) -> None:
    for each in decided.went:
        Challenge.objects.filter(pk=each.pk).update(
            plan=each.plan, step=F("step") + 1, sends=F("sends") + 1, last_sent_at=now, due_at=None
        )
    for rows, changed in ((decided.given_up, {"undeliverable": True}), (decided.left, {})):
        keys = [challenge.pk for challenge in rows]
        Challenge.objects.filter(pk__in=keys).update(due_at=None, **changed)
