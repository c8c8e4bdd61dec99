"""One code from its start to the right answer: ours, django-otp's, and the least it can cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from threading import local
from typing import Any
from uuid import uuid4

import django_otp
from celery.signals import before_task_publish
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from otpguard.channels.providers.memory import SENT
from otpguard.core.totp import code_at, step_at
from otpguard.factors import totp
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.delivery.deliver import deliver_code
from tests import factories
from tests.benchmarks.acts import bare_sql
from tests.benchmarks.crew import Act
from tests.flows.setting import stopped_in

TENANTS = 40
CAP = 1_000_000
CAPS = 5
BODY = "x" * 400
"""About as much as an event of ours holds."""

TABLES = """
CREATE TABLE bare_code (id uuid PRIMARY KEY, code text, used_at timestamptz);
CREATE TABLE bare_use (id bigserial PRIMARY KEY, key text, at timestamptz);
CREATE INDEX ON bare_use (key, at);
CREATE TABLE bare_audit (id uuid PRIMARY KEY, tenant text, body text);
CREATE INDEX ON bare_audit (tenant, id);
"""
# The locks come by a statement of their own: a count must see what those before it committed.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
FROM (SELECT unnest(%s::text[]) AS key ORDER BY 1) AS sorted
"""
START = f"""
WITH found AS (
    SELECT bool_and((
        SELECT count(*) FROM bare_use u WHERE u.key = k.key AND u.at > now() - interval '1 hour'
    ) < {CAP}) AS free FROM unnest(%s::text[]) AS k(key)
), used AS (
    INSERT INTO bare_use (key, at) SELECT key, now() FROM found, unnest(%s::text[]) AS key
    WHERE free
), coded AS (
    INSERT INTO bare_code (id, code) SELECT %s::uuid, '123456' FROM found WHERE free
)
INSERT INTO bare_audit SELECT %s::uuid, %s, %s FROM found WHERE free
"""
ANSWER = """
WITH done AS (
    UPDATE bare_code SET used_at = now() WHERE id = %s AND code = '123456' AND used_at IS NULL
    RETURNING id
)
INSERT INTO bare_audit SELECT %s::uuid, %s, %s FROM done
"""

_published = local()

Fuel = Mapping[str, list[Any]]


def make_tables() -> None:
    """Those of the limit."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


def fuel(number: int, *, apps: int = 0) -> Fuel:
    """People who do one act each: so many for each contender, `apps` for those with an app.

    Their tenants' policies are read when the first starts; each has an address of their own.
    """
    tenants = [factories.tenant() for _ in range(TENANTS)]
    users = [factories.user() for _ in range(number + apps)]
    mailed = EmailDevice.objects.bulk_create(EmailDevice(user=u, name="m") for u in users[:number])
    timed = TOTPDevice.objects.bulk_create(TOTPDevice(user=u, name="t") for u in users[number:])
    return {
        "flows": [_person(tenants, each) for each in range(number)],
        "app": [_with_app(_person(tenants, number + each)[0]) for each in range(apps)],
        "EmailDevice": [(each.persistent_id, each.user_id) for each in mailed],
        "TOTPDevice": [(each.persistent_id, each.user_id, each.bin_key) for each in timed],
    }


def _person(tenants: list[Any], number: int) -> tuple[Any, str]:
    who = stopped_in(tenants[number % TENANTS])
    who.facts = replace(who.facts, client_ip=f"198.{18 + number // 62500}.{number // 250 % 250}.1")
    return who, who.factor.secret.reveal()


def _with_app(who: Any) -> tuple[Any, Any]:
    who.factor = factories.totp_factor(who.member.user)
    return who, totp.seed_of(who.factor)


def acts(made: Fuel) -> Mapping[str, Act]:
    """By name, what is timed."""
    before_task_publish.connect(_note, weak=False)
    people, apps = iter(made["flows"]), iter(made["app"])
    devices, timed = iter(made["EmailDevice"]), iter(made["TOTPDevice"])
    return {
        "otpguard": Act(lambda: flows(*next(people))),
        "otpguard, app": Act(lambda: app(*next(apps))),
        "EmailDevice": Act(lambda: email_device(*next(devices))),
        "TOTPDevice": Act(lambda: totp_device(*next(timed))),
        "full work": Act(full_work),
    }


def _note(body: Any, **_: Any) -> None:
    _published.delivery = body[1].get("delivery_id")


def flows(who: Any, number: str) -> None:
    """Start, deliver what the message to the worker names, answer."""
    challenge = who.start(now=timezone.now())
    deliver_code(delivery_id=_published.delivery, now=timezone.now())
    code = next(each.code for each in reversed(SENT) if each.to == number)
    assert code is not None
    assert isinstance(who.answer(challenge, code.digits), Verified)


def app(who: Any, seed: Any) -> None:
    """Start, read the app, answer."""
    challenge = who.start(now=timezone.now())
    code = code_at(seed, step_at(seed, timezone.now()))
    assert isinstance(who.answer(challenge, code.digits), Verified)


def email_device(key: str, owner: int) -> None:
    """Two requests, each of which reads the person and the device."""
    users = get_user_model()
    device = EmailDevice.objects.get(user=users.objects.get(pk=owner))
    device.generate_challenge()
    assert django_otp.verify_token(users.objects.get(pk=owner), key, device.token)


def totp_device(key: str, owner: int, secret: bytes) -> None:
    """One request: there is nothing to start."""
    token = f"{TOTP(secret).token():06d}"
    assert django_otp.verify_token(get_user_model().objects.get(pk=owner), key, token)


def full_work() -> None:
    """Five caps, the code and two audit rows in two transactions."""
    code, tenant = uuid4(), f"t{uuid4().int % TENANTS}"
    keys = [tenant, *(token_hex(8) for _ in range(CAPS - 1))]
    raw = bare_sql.connection()
    with raw.pipeline(), raw.transaction():
        raw.execute(LOCK, [keys])
        started = raw.execute(START, [keys, keys, code, uuid4(), tenant, BODY])
    assert started.rowcount == 1
    assert raw.execute(ANSWER, [code, uuid4(), tenant, BODY]).rowcount == 1
