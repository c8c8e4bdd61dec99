"""Domains: claimed, seen, lost, taken, given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.mail_domain import GRACE, record_name, record_text
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.federation.domain import (
    MOST_DOMAINS,
    DomainState,
    add_domain,
    check_domain,
    look_at,
    remove_domain,
)
from otpguard.models import Event, VerifiedDomain
from otpguard.tenants.domains import tenant_of_email
from tests import factories
from tests.dns_server import Zone, dns_server
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    with dns_server() as found:
        yield found


def claimed(domain: str = DOMAIN) -> VerifiedDomain:
    return add_domain(facts=factories.facts(), tenant=factories.tenant(), domain=domain)


def publish(zone: Zone, row: VerifiedDomain) -> None:
    zone.texts.setdefault(record_name(row.domain), []).append(record_text(row.token))


def later(**by: float) -> RequestFacts:
    return replace(factories.facts(), now=timezone.now() + timedelta(**by))


def test_a_claim_changes_nothing_before_its_record_is_seen(zone: Zone) -> None:
    row = claimed()
    assert tenant_of_email(f"ann@{DOMAIN}") is None
    assert check_domain(facts=factories.facts(), domain=row) is DomainState.MISSING
    assert tenant_of_email(f"ann@{DOMAIN}") is None
    publish(zone, row)
    row.refresh_from_db()
    assert check_domain(facts=later(minutes=1), domain=row) is DomainState.VERIFIED
    assert tenant_of_email(f"Ann@{DOMAIN.upper()}") == row.tenant_id
    assert tenant_of_email(f"ann@mail.{DOMAIN}") is None
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["domain.added", "domain.verified"]


def test_the_record_of_another_claim_shows_nothing(zone: Zone) -> None:
    row, other = claimed(), claimed()
    publish(zone, other)
    assert check_domain(facts=factories.facts(), domain=row) is DomainState.MISSING


def test_a_domain_is_of_one_tenant(zone: Zone) -> None:
    row, other = claimed(), verified(factories.tenant())
    publish(zone, row)
    assert check_domain(facts=factories.facts(), domain=row) is DomainState.TAKEN
    assert tenant_of_email(f"ann@{DOMAIN}") == other.tenant_id
    with pytest.raises(IntegrityError), transaction.atomic():
        verified(factories.tenant())
    other.delete()
    row.refresh_from_db()
    assert check_domain(facts=later(minutes=1), domain=row) is DomainState.VERIFIED


@pytest.mark.parametrize("fails", [False, True], ids=["the record is gone", "nobody answers"])
def test_a_domain_whose_record_is_not_seen_is_lost_after_a_while(zone: Zone, fails: bool) -> None:
    row, zone.fails = verified(factories.tenant()), fails
    look_at(facts=later(days=6), domain=row)
    assert tenant_of_email(f"ann@{DOMAIN}") == row.tenant_id
    look_at(facts=later(days=GRACE.days, minutes=1), domain=row)
    assert tenant_of_email(f"ann@{DOMAIN}") is None
    assert Event.objects.filter(kind="domain.lost").count() == 1


def test_a_record_that_is_seen_again_counts_from_then(zone: Zone) -> None:
    row = verified(factories.tenant())
    publish(zone, row)
    look_at(facts=later(days=5), domain=row)
    zone.texts.clear()
    look_at(facts=later(days=GRACE.days + 1), domain=row)
    assert tenant_of_email(f"ann@{DOMAIN}") == row.tenant_id


def test_a_resolver_that_is_down_verifies_nothing(zone: Zone) -> None:
    row, zone.fails = claimed(), True
    publish(zone, row)
    assert check_domain(facts=factories.facts(), domain=row) is DomainState.UNANSWERED
    assert tenant_of_email(f"ann@{DOMAIN}") is None


def test_two_looks_in_a_row_ask_dns_once(zone: Zone) -> None:
    row = claimed()
    check_domain(facts=factories.facts(), domain=row)
    with pytest.raises(InvalidInput):
        check_domain(facts=factories.facts(), domain=row)  # as it was read before
    row.refresh_from_db()
    with pytest.raises(InvalidInput):
        check_domain(facts=factories.facts(), domain=row)
    assert len(zone.asked) == 1


@pytest.mark.parametrize("domain", ["gmail.com", "acme", "", "1.2.3.4"])
def test_what_is_no_companys_is_refused(domain: str) -> None:
    with pytest.raises(InvalidInput):
        claimed(domain)
    assert not VerifiedDomain.objects.exists()


def test_the_same_claim_is_one_row_and_there_are_not_many() -> None:
    tenant = factories.tenant()
    first = add_domain(facts=factories.facts(), tenant=tenant, domain=DOMAIN)
    assert add_domain(facts=factories.facts(), tenant=tenant, domain=f"@{DOMAIN}") == first
    VerifiedDomain.objects.bulk_create(
        VerifiedDomain(tenant=tenant, domain=f"a{n}.example", token="t")
        for n in range(MOST_DOMAINS - 1)
    )
    with pytest.raises(InvalidInput):
        add_domain(facts=factories.facts(), tenant=tenant, domain="one-more.example")


def test_another_tenant_changes_nothing_here(zone: Zone) -> None:
    row = verified(factories.tenant())
    other = factories.facts(factories.user(), factories.tenant())
    for act in (
        lambda: add_domain(facts=other, tenant=row.tenant, domain="b.example"),
        lambda: check_domain(facts=other, domain=row),
        lambda: remove_domain(facts=other, domain=row),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert VerifiedDomain.objects.count() == 1
    assert zone.asked == []


def test_what_is_given_up_counts_no_more() -> None:
    row = verified(factories.tenant())
    assert remove_domain(facts=factories.facts(), domain=row, reason="sold") is True
    assert tenant_of_email(f"ann@{DOMAIN}") is None
    assert remove_domain(facts=factories.facts(), domain=row) is False
    assert Event.objects.filter(kind="domain.removed").exists()
