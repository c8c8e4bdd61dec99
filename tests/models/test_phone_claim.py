"""Claims: one for a challenge, usable by one browser, and gone with the challenge."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Challenge, PhoneClaim
from tests import factories
from tests.models.rows import anonymous, anonymous_crowd, claim, crowd, plan, postgres_only

pytestmark = pytest.mark.django_db

NUMBER = "+12015550123"
NOW = timezone.now()


def usable(browser: str = "b", tenant: str = "", checkpoint: str = "signup") -> int:
    rows = PhoneClaim.objects.usable(
        browser=browser, tenant=tenant, checkpoint=checkpoint, now=timezone.now()
    )
    return rows.count()


def test_a_challenge_has_one_claim_at_most() -> None:
    asked = anonymous(NUMBER)
    claim(asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        claim(asked)


def test_a_claim_goes_with_its_challenge() -> None:
    claim(anonymous(NUMBER))
    Challenge.objects.all().delete()
    assert not PhoneClaim.objects.exists()


def test_it_is_usable_by_its_browser_in_its_tenant_at_its_checkpoint() -> None:
    tenant = factories.tenant()
    claim(anonymous(NUMBER))
    claim(anonymous(NUMBER, tenant=tenant))
    assert usable() == 1
    assert usable(tenant=str(tenant.pk)) == 1
    assert usable("") == usable("c") == usable(checkpoint="password_reset") == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"used_at": NOW},
        {"expires_at": NOW - timedelta(seconds=1)},
        {"created_at": NOW + timedelta(hours=1)},
    ],
)
def test_it_is_not_usable_twice_too_late_or_before_its_time(changed: dict[str, object]) -> None:
    claim(anonymous(NUMBER), **changed)
    assert usable() == 0


def test_its_number_shows_itself_masked() -> None:
    row = claim(anonymous(NUMBER))
    row = PhoneClaim.objects.get(pk=row.pk)
    assert (row.number.e164, row.number.region) == (NUMBER, "US")
    assert "5550123" not in f"{row} {row.number} {row.number!r}"


@postgres_only
def test_it_is_found_by_an_index() -> None:
    one = claim(anonymous(NUMBER))
    columns = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
    crowd(
        [
            PhoneClaim(**{**columns, "id": uuid4(), "challenge_id": of.pk, "browser": of.browser})
            for of in anonymous_crowd(one.challenge)
        ]
    )
    rows = PhoneClaim.objects.usable(browser="b", tenant="", checkpoint="signup", now=NOW)
    assert "otpguard_claim_browser" in plan(rows)
