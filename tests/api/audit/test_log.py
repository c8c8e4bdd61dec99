"""An admin reads the head, the growth and proofs of the own log, and of no other."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from otpguard.audit.seal_check import keys_of
from otpguard.audit.signers import is_signed
from otpguard.core.sealing.note import Head, NoteKey, SignedNote
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.core.sealing.tree import verify_consistency
from otpguard.models import Event
from tests import factories
from tests.excepting import set_floor
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import TWO, begin, seal, write
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)
API = {"Accept": "application/json"}
ROOT = "/security/api/audit"


@pytest.fixture(autouse=True)
def _sealed(host: Host) -> None:
    begin()
    for number in (2, 5):
        write(host.tenant.pk, number)
        write(TWO)
        seal()


def get(client: Client, path: str, **query: str) -> Any:
    return client.get(f"{ROOT}/{path}", query, headers=API)


def event_of(tenant: UUID) -> Event:
    return Event.objects.filter(tenant_id=tenant).order_by("xact", "pk")[0]


def test_the_head_is_signed_by_the_keys_beside_it(host: Host) -> None:
    told = get(host.client, "head/").json()
    keys = [NoteKey.parse(each) for each in told["keys"]]
    note = SignedNote.parse(told["head"])
    assert set(note.verified_by(keys, is_signed)) == set(keys)
    assert Head.parse(note.text).size == told["size"] >= 7


def test_an_event_comes_with_its_proof(host: Host) -> None:
    event = event_of(host.tenant.pk)
    told = get(host.client, f"events/{event.pk}/proof/").json()
    assert told["state"] == "holds"
    proof = ProofFile.parse(told["proof"])
    head = proof.verify(told["event"].encode(), keys_of(host.tenant.pk), is_signed)
    assert (proof.index, head.size) == (told["index"], told["size"])


def test_an_event_of_another_tenant_is_not_there(host: Host) -> None:
    for event in (event_of(TWO).pk, uuid4()):
        answer = get(host.client, f"events/{event}/proof/")
        assert answer.status_code == 404
        assert TWO.hex not in answer.content.decode()


def test_the_log_is_shown_to_have_only_grown(host: Host) -> None:
    told = get(host.client, "growth/", old="2").json()
    old, new = (Head.parse(SignedNote.parse(told[name]).text) for name in ("old", "new"))
    hashes = [b64decode(each) for each in told["hashes"]]
    verify_consistency(old.size, new.size, hashes, old.root, new.root)
    assert host.tenant.pk.hex in old.origin
    same = get(host.client, "growth/", old="2", size="2").json()
    assert same["hashes"] == []


@pytest.mark.parametrize(
    "query", [{}, {"old": "x"}, {"old": "1"}, {"old": "2", "size": "1"}, {"old": "9" * 30}]
)
def test_sizes_without_a_head_are_a_problem(host: Host, query: dict[str, str]) -> None:
    answer = get(host.client, "growth/", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_before_the_first_seal_there_is_no_head(host: Host, client: Client) -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"])
    factories.login(client, admin.user, tenant)
    assert get(client, "head/").status_code == 404


@pytest.mark.parametrize("path", ["head/", "growth/", f"events/{UUID(int=9)}/proof/"])
def test_only_an_admin_of_the_tenant_may_ask(host: Host, client: Client, path: str) -> None:
    assert get(client, path).status_code in {401, 403}
    member = factories.member(host.tenant)
    factories.login(client, member.user, host.tenant)
    assert get(client, path).status_code == 403


@pytest.mark.parametrize("path", ["head/", "growth/", f"events/{UUID(int=9)}/proof/"])
def test_where_the_policy_says_so_the_admin_steps_up_first(
    host: Host, path: str, settings: Any
) -> None:
    set_floor(settings, audit_log_view={"active": True})
    answer = get(host.client, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")


def test_a_log_that_is_whole_says_so(host: Host) -> None:
    event = event_of(host.tenant.pk)
    for path in ("head/", f"events/{event.pk}/proof/"):
        told = get(host.client, path).json()
        assert (told["begins_at"], told["purged"]) == (0, None)


def test_where_the_log_begins_is_told_after_a_purge_and_to_its_own_people_alone(
    host: Host, client: Client
) -> None:
    tenant = factories.tenant("old")
    aged(tenant.pk)
    purge(tenant.pk)
    seal()
    admin = factories.member(tenant, roles=["admin"])
    factories.login(client, admin.user, tenant)
    row = Event.objects.filter(tenant_id=tenant.pk).order_by("xact", "pk")[0]
    for path in ("head/", f"events/{row.pk}/proof/"):
        told = get(client, path).json()
        assert told["begins_at"] == told["purged"]["events"] == 5
        assert (told["purged"]["years"], len(told["purged"]["root"])) == (6, 64)
    assert get(client, f"events/{row.pk}/proof/").json()["index"] == 5
    assert get(host.client, "head/").json()["purged"] is None


def test_a_purge_that_somebody_made_up_is_not_told(host: Host, client: Client) -> None:
    tenant = factories.tenant("old")
    aged(tenant.pk)
    purge(tenant.pk)
    row = Event.objects.get(kind="retention.purged")
    Event.objects.filter(pk=row.pk).update(body=row.body.replace('"years":6', '"years":2'))
    admin = factories.member(tenant, roles=["admin"])
    factories.login(client, admin.user, tenant)
    assert get(client, "head/").json()["purged"] is None
