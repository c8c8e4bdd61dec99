"""The e-mail domains of an organization: claimed, looked at, given up, each after a proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.core.federation.mail_domain import record_name, record_text
from otpguard.models import Event, VerifiedDomain
from tests import factories
from tests.dns_server import Zone, dns_server
from tests.host import Host
from tests.stepup import carry_out
from tests.store_down import no_answer
from tests.verifying import DOMAIN, verified
from tests.web.team.enterprise import said_by, strangers

pytestmark = pytest.mark.django_db
PAGE = "/security/team/domains/"


@pytest.fixture(autouse=True)
def mounted(settings: Any, host: Host) -> None:
    settings.ROOT_URLCONF = "tests.team_host"


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    with dns_server() as found:
        yield found


def waiting(host: Host, **fields: Any) -> VerifiedDomain:
    return verified(host.tenant, verified_at=None, seen_at=None, checked_at=None, **fields)


def test_a_domain_is_added_after_a_proof_and_its_record_is_shown(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}add/", {"domain": "Acme.Example"})
    assert "/step-up/" in stopped["Location"]
    assert not VerifiedDomain.objects.exists()
    page = said_by(host, carry_out(host.client, stopped))
    row = VerifiedDomain.objects.get()
    assert (row.tenant, row.domain, row.verified_at) == (host.tenant, DOMAIN, None)
    for shown in (record_name(DOMAIN), record_text(row.token), "waiting for the record"):
        assert shown in page


@pytest.mark.parametrize("domain", ["", "gmail.com", "acme", "a@acme.example"])
def test_what_is_no_domain_of_a_company_is_refused(host: Host, domain: str) -> None:
    answer = host.client.post(f"{PAGE}add/", {"domain": domain})
    if answer.status_code == 303:
        answer = carry_out(host.client, answer)
    assert answer.status_code == 400
    assert not VerifiedDomain.objects.exists()


def test_a_look_at_the_record_verifies_it_after_a_proof(host: Host, zone: Zone) -> None:
    row = waiting(host)
    stopped = host.client.post(f"{PAGE}{row.pk}/check/")
    assert "/step-up/" in stopped["Location"]
    assert "is not there yet" in said_by(host, carry_out(host.client, stopped))
    zone.texts[record_name(DOMAIN)] = [record_text(row.token)]
    VerifiedDomain.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    done = carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/check/"))
    assert "The domain is verified." in said_by(host, done)
    row.refresh_from_db()
    assert row.verified_at is not None


def test_a_second_look_within_seconds_is_not_made(host: Host) -> None:
    row = waiting(host)
    stopped = host.client.post(f"{PAGE}{row.pk}/check/")
    # Somebody else looks in the meantime.
    VerifiedDomain.objects.update(checked_at=timezone.now() + timedelta(seconds=60))
    assert "Wait a few seconds" in said_by(host, carry_out(host.client, stopped))


def test_a_domain_of_another_organization_can_be_claimed_and_not_taken(
    host: Host, zone: Zone
) -> None:
    verified(factories.tenant())
    row = waiting(host, token="mine")
    zone.texts[record_name(DOMAIN)] = [record_text("mine")]
    done = carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/check/"))
    assert "another organization has verified this domain" in said_by(host, done)
    row.refresh_from_db()
    assert row.verified_at is None


def test_dns_that_is_away_verifies_nothing(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": "nowhere.Resolver"}
    row = waiting(host)
    done = carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/check/"))
    assert "DNS gave no answer" in said_by(host, done)
    row.refresh_from_db()
    assert row.verified_at is None


def test_it_is_removed_after_a_proof(host: Host) -> None:
    row = verified(host.tenant)
    stopped = host.client.post(f"{PAGE}{row.pk}/remove/")
    assert VerifiedDomain.objects.exists()
    assert "The domain was removed." in said_by(host, carry_out(host.client, stopped))
    assert not VerifiedDomain.objects.exists()
    assert Event.objects.filter(kind="domain.removed", tenant_id=host.tenant.pk).count() == 1


def test_those_of_another_organization_are_not_there(host: Host) -> None:
    row = verified(factories.tenant())
    assert DOMAIN not in host.client.get(PAGE).content.decode()
    for change in ("check", "remove"):
        assert host.client.post(f"{PAGE}{row.pk}/{change}/").status_code == 404
    assert VerifiedDomain.objects.filter(pk=row.pk, verified_at__isnull=False).exists()


def test_administrators_alone_open_it(host: Host) -> None:
    row = verified(host.tenant)
    for who, client in strangers(host):
        page = client.get(PAGE)
        assert page.status_code == (403 if who == "member" else 200)
        assert DOMAIN not in page.content.decode()
        assert client.post(f"{PAGE}{row.pk}/remove/").status_code in {403, 404}
    assert VerifiedDomain.objects.exists()
    assert Client().get(PAGE).status_code == 302


def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503


def test_a_site_without_single_sign_on_has_no_such_page(host: Host, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.urls"
    assert host.client.get(PAGE).status_code == 404
