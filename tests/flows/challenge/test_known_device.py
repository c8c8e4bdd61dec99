"""Asked within another statement or by itself, a device is known or it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.factors.devices import digests, is_known
from otpguard.flows.challenge.known_device import is_known_params, is_known_sql
from otpguard.models import KnownDevice
from otpguard.statements import fetch
from tests import factories

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def asked(facts: RequestFacts) -> bool:
    """What the condition says inside a statement."""
    found = digests(facts.device) if facts.device else ()
    sql = f"SELECT 1 WHERE {is_known_sql(len(found))}"
    return bool(fetch(sql, is_known_params(facts, found)))


CASES: dict[str, tuple[bool, Callable[[RequestFacts], Any]]] = {
    "as it is": (True, lambda facts: facts),
    "without a cookie": (False, lambda facts: replace(facts, device="")),
    "with a made up one": (False, lambda facts: replace(facts, device="x" * 22)),
    "of somebody else": (False, lambda facts: replace(facts, user=str(factories.user().pk))),
    "without a user": (False, lambda facts: replace(facts, user="")),
    "forgotten": (False, lambda facts: after(facts, revoked_at=facts.now)),
    "over": (False, lambda facts: after(facts, expires_at=facts.now)),
    "for a second more": (True, lambda facts: after(facts, expires_at=facts.now + HOUR / 3600)),
}


def after(facts: RequestFacts, **columns: Any) -> RequestFacts:
    KnownDevice.objects.update(**columns)
    return facts


@pytest.mark.parametrize("case", CASES)
def test_it_is_known_by_the_same_rules(case: str) -> None:
    user = factories.user()
    facts = factories.facts(user, device=factories.device(user))
    known, change = CASES[case]
    facts = change(facts)
    if facts.user:
        assert asked(facts) is is_known(facts) is known
    else:
        assert not is_known(facts)


def test_a_device_of_the_root_key_that_is_retired_is_still_known(settings: Any) -> None:
    user = factories.user()
    facts = factories.facts(user, device=factories.device(user))
    old = settings.OTPGUARD.get("ROOT_KEYS") or [settings.SECRET_KEY]
    settings.OTPGUARD = {**settings.OTPGUARD, "ROOT_KEYS": ["n" * 43, *old]}
    assert len(digests(facts.device)) == 2
    assert asked(facts) is is_known(facts) is True


def test_it_is_the_moment_of_the_request_that_counts() -> None:
    user = factories.user()
    device = factories.device(user, expires_at=timezone.now() + HOUR)
    facts = factories.facts(user, device=device)
    assert asked(facts)
    assert not asked(replace(facts, now=facts.now + HOUR))
