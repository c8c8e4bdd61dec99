"""Decisions outlive their challenges, and the reads of the defense have an index."""

from __future__ import annotations

from uuid import uuid4

import pytest

from otpguard.models import NumberRelease, PumpingDecision
from tests import factories
from tests.models.rows import (
    anonymous,
    crowd,
    number_release,
    plan,
    postgres_only,
    pumping_decision,
    raw,
)

NUMBER = "+12015550123"
pytestmark = pytest.mark.django_db


def many() -> list[PumpingDecision]:
    like = pumping_decision(NUMBER)
    columns = {field.attname: getattr(like, field.attname) for field in like._meta.concrete_fields}
    rows = [
        PumpingDecision(
            **{**columns, "id": uuid4(), "phone_index": f"i{n}", "challenge_id": uuid4()}
        )
        for n in range(500)
    ]
    crowd(rows)
    return rows


def test_number_and_client_ip_are_encrypted() -> None:
    row = pumping_decision(NUMBER)
    assert NUMBER not in raw(row, "number")
    assert "203.0.113.7" not in raw(row, "client_ip")
    assert NUMBER not in raw(number_release(NUMBER), "number")


def test_a_decision_outlives_its_challenge_and_then_knows_no_outcome() -> None:
    challenge = anonymous(NUMBER)
    pumping_decision(NUMBER, challenge=challenge, action="send")
    challenge.delete()
    row = PumpingDecision.objects.select_related("challenge").get()
    assert row.challenge is None
    assert row.challenge_id is not None


def test_a_decision_goes_with_its_tenant_and_with_its_user() -> None:
    tenant, user = factories.tenant(), factories.user()
    pumping_decision(tenant=tenant)
    pumping_decision(user=user)
    tenant.delete()
    user.delete()
    assert not PumpingDecision.objects.exists()


@postgres_only
def test_the_decisions_of_challenges_and_of_a_number_are_found_by_index() -> None:
    rows = many()
    keys = [row.challenge_id for row in rows[:3]]
    assert "otpguard_decision_challenge" in plan(PumpingDecision.objects.filter(challenge__in=keys))
    found = PumpingDecision.objects.filter(phone_index__in=["i7", "i8"])
    assert "otpguard_decision_number" in plan(found)


@postgres_only
def test_a_release_is_found_by_index() -> None:
    like = number_release(NUMBER)
    columns = {field.attname: getattr(like, field.attname) for field in like._meta.concrete_fields}
    crowd([NumberRelease(**{**columns, "id": uuid4(), "phone_index": f"i{n}"}) for n in range(500)])
    found = NumberRelease.objects.filter(phone_index="i7", at__lte=like.until, until__gt=like.at)
    assert "otpguard_release_number" in plan(found)
