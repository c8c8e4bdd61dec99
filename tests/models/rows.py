"""What the table tests share: raw columns, plans and the rows that factories do not make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.utils import timezone

from otpguard import vault
from otpguard.core.pumping.email_first import mailbox_of, owner_domain
from otpguard.models import (
    Challenge,
    Delivery,
    Factor,
    MailedBrowser,
    NumberRelease,
    PhoneClaim,
    PumpingDecision,
)

postgres_only = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="asks PostgreSQL's planner"
)


def raw(row: models.Model, column: str) -> Any:
    """A column as it lies in the table, past every field."""
    pk = row._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM {row._meta.db_table} WHERE {pk.column} = %s",
            [pk.get_db_prep_value(row.pk, connection)],
        )
        return cursor.fetchone()[0]


def plan(queryset: models.QuerySet[Any]) -> str:
    """How PostgreSQL would run the query, if it had to use an index where there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.explain()


def crowd(rows: Sequence[models.Model]) -> None:
    """Fill a table so that the planner has something to choose from, and have it look."""
    table = type(rows[0])._meta.db_table
    type(rows[0])._default_manager.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def challenge(factor: Factor, **fields: Any) -> Challenge:
    """An open challenge of a factor, just started."""
    now = timezone.now()
    fields.setdefault("expires_at", now + timedelta(minutes=5))
    return Challenge.objects.create(
        **{
            "seed": b"0123456789abcdef",
            "key_id": "12345678",
            "sid": "sid",
            "story": uuid4(),
            "user": factor.user,
            "checkpoint": "api_key",
            "level": 2,
            "primary": "password",
            "factor": factor,
            **fields,
        }
    )


def anonymous(number: str, *, browser: str = "b", **fields: Any) -> Challenge:
    """An open challenge of a number, started by a browser without a login."""
    now = timezone.now()
    fields.setdefault("expires_at", now + timedelta(minutes=5))
    return Challenge.objects.create(
        **{
            "seed": b"0123456789abcdef",
            "key_id": "12345678",
            "browser": browser,
            "story": uuid4(),
            "checkpoint": "signup",
            "level": 1,
            "primary": "none",
            "enrolls": True,
            "destination": number,
            "phone_index": vault.blind_indexes(number)[0],
            **fields,
        }
    )


def anonymous_crowd(like: Challenge) -> list[Challenge]:
    """Many more like this one, each of another browser and number."""
    columns = {field.attname: getattr(like, field.attname) for field in like._meta.concrete_fields}
    changed = ({"id": uuid4(), "browser": f"b{n}", "phone_index": f"i{n}"} for n in range(500))
    rows = [Challenge(**{**columns, **each}) for each in changed]
    crowd(rows)
    return rows


def claim(of: Challenge, **fields: Any) -> PhoneClaim:
    """The claim of an anonymous challenge, not used yet."""
    now = timezone.now()
    return PhoneClaim.objects.create(
        **{
            "challenge": of,
            "browser": of.browser,
            "tenant": of.tenant,
            "checkpoint": of.checkpoint,
            "phone_index": of.phone_index,
            "created_at": now,
            "expires_at": now + timedelta(minutes=30),
            **fields,
        }
    )


def pumping_decision(number: str = "+12015550123", **fields: Any) -> PumpingDecision:
    """A refusal of a visitor's number, by a layer that suspects its range."""
    return PumpingDecision.objects.create(
        **{
            "source": "signup",
            "number": number,
            "phone_index": vault.blind_indexes(number)[0],
            "prefix": "+1201555",
            "country": "US",
            "channel": "sms",
            "lane": "stranger",
            "network": "off",
            "client_ip": "203.0.113.7",
            "action": "another_way",
            "layer": "reputation",
            "reason": "prefix",
            "signals": [
                {"layer": "reputation", "action": "another_way", "reason": "prefix", "weight": 90}
            ],
            "rules": "0123456789ab",
            **fields,
        }
    )


def number_release(number: str = "+12015550123", **fields: Any) -> NumberRelease:
    """A number that support has released a moment ago."""
    now = timezone.now()
    return NumberRelease.objects.create(
        **{
            "number": number,
            "phone_index": vault.blind_indexes(number)[0],
            "at": now,
            "until": now + timedelta(hours=1),
            "reason": "a test",
            **fields,
        }
    )


def mailed(email: str = "kim@example.com", **fields: Any) -> MailedBrowser:
    """A browser that has opened the link in its e-mail a moment ago."""
    now = timezone.now()
    return MailedBrowser.objects.create(
        **{
            "browser": "b",
            "email": email,
            "email_index": vault.blind_indexes(mailbox_of(email))[0],
            "domain": owner_domain(email),
            "ask": "{}",
            "created_at": now,
            "opened_at": now,
            "until": now + timedelta(days=1),
            **fields,
        }
    )


def delivery(of: Challenge, **fields: Any) -> Delivery:
    """The first try at sending a challenge."""
    return Delivery.objects.create(
        **{"challenge": of, "step": 0, "channel": "sms", "provider": "memory", **fields}
    )
