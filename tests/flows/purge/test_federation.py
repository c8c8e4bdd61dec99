"""What is left of sign-ins at providers goes once nobody can come back with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.flows.purge.federation import (
    purge_sign_ins,
    purge_statements,
    purgeable_sign_ins,
    purgeable_statements,
)
from otpguard.flows.purge.purge import Purge, count_purgeable
from otpguard.flows.purge.terms import NOTHING, Counts
from otpguard.models import Event, IdpRequest, SeenStatement
from tests import factories
from tests.federating import idp
from tests.flows.purge.rows import NOW, TERMS

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = TERMS.spent - timedelta(seconds=1)


def under_way(**fields: object) -> IdpRequest:
    provider = idp(factories.tenant())
    row = {"provider": provider, "nonce": "n", "verifier": "v", **fields}
    return IdpRequest.objects.create(state=str(provider.pk), **row)


def test_a_sign_in_goes_when_nobody_can_come_back_from_it() -> None:
    under_way(expires_at=BEFORE)
    kept = under_way(expires_at=TERMS.spent)
    assert purgeable_sign_ins(TERMS).count() == 1
    assert purge_sign_ins(terms=TERMS, most=10, now=NOW) == Counts(sign_ins=1)
    assert IdpRequest.objects.get() == kept
    assert Event.objects.filter(kind="rows.purged").exists()


def test_a_statement_stays_as_long_as_it_could_be_taken_in_again() -> None:
    provider = idp(factories.tenant())
    SeenStatement.objects.create(provider=provider, digest="a", expires_at=BEFORE)
    kept = SeenStatement.objects.create(provider=provider, digest="b", expires_at=TERMS.spent)
    assert purgeable_statements(TERMS).count() == 1
    assert purge_statements(terms=TERMS, most=10, now=NOW) == Counts(statements=1)
    assert SeenStatement.objects.get() == kept


def test_a_purge_takes_both_along_in_batches() -> None:
    for name in "abc":
        SeenStatement.objects.create(
            provider=idp(factories.tenant()), digest=name, expires_at=BEFORE
        )
    under_way(expires_at=BEFORE)
    assert count_purgeable(now=NOW) == Counts(sign_ins=1, statements=3)
    purge, total = Purge(batch=2), NOTHING
    while (counts := purge.step(now=NOW)) is not None:
        total += counts
    assert total == Counts(sign_ins=1, statements=3)
    assert not IdpRequest.objects.exists()
    assert not SeenStatement.objects.exists()
