"""The page of an event says whether it is in the signed log, and gives the proof out."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from otpguard.audit.seal_check import keys_of
from otpguard.audit.signers import is_signed
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.flows.audit.prove import EventProof, ProofState, prove_event
from otpguard.http.audit.event_proof import proof_text
from otpguard.models import Event
from tests import factories
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import ONE, begin, seal, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event() -> Event:
    begin()
    first, *_ = write(number=3)
    seal()
    return Event.objects.get(pk=first)


def url(event: Event) -> str:
    return reverse("admin:otpguard_event_proof", args=[event.pk])


def page(client: Client, event: Event) -> str:
    return client.get(reverse("admin:otpguard_event_change", args=[event.pk])).content.decode()


def test_the_page_says_where_the_event_stands_and_leads_to_the_proof(
    site: Client, event: Event
) -> None:
    shown = page(site, event)
    assert "Verified: number 1 of 3 in the signed log" in shown
    assert url(event) in shown


def test_the_file_shows_the_event_offline(site: Client, event: Event) -> None:
    answer = site.get(url(event))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    archive = ZipFile(BytesIO(answer.content))
    proof = ProofFile.parse(archive.read("event.tlog-proof").decode())
    assert proof.verify(archive.read("event.json"), keys_of(ONE), is_signed).size == 3
    ProofFile.parse(archive.read("head.tlog-proof").decode())


def test_an_event_that_was_changed_is_said_to_be_and_has_no_proof(
    site: Client, event: Event
) -> None:
    Event.objects.filter(pk=event.pk).update(kind="checkpoint.passed")
    shown = page(site, event)
    assert "Not verified" in shown
    assert url(event) not in shown
    assert site.get(url(event)).status_code == 404


def test_only_who_may_see_events_gets_a_proof(client: Client, event: Event) -> None:
    staff = factories.user(is_staff=True)
    client.force_login(staff)
    assert client.get(url(event)).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert client.get(url(event)).status_code == 200
    missing = Event(pk=uuid4())
    assert client.get(url(missing)).status_code == 404


def test_each_state_has_a_sentence() -> None:
    said = {proof_text(EventProof(state=state, index=0, size=1)) for state in ProofState}
    assert len(said) == len(ProofState)
    assert "within seconds" in proof_text(EventProof(state=ProofState.WAITS))


def test_after_a_purge_it_says_which_numbers_are_gone() -> None:
    aged(ONE)
    purge(ONE)
    seal()
    said = proof_text(prove_event(Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[0]))
    assert said == (
        "Verified: number 6 of 10 in the signed log. Numbers up to 5 were deleted because their"
        " retention period was over"
    )
