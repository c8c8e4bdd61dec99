"""The ledger of keys in the admin: all of it, and no secret."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.flows.key.ledger import record_key_action
from otpguard.flows.key.own_key import create_key, delete_key, find_key
from otpguard.models import Event, KeyRecord
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_keyrecord_changelist"


def test_a_key_is_shown_with_its_beginning_and_never_its_secret(site: Client) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    facts = factories.facts(member.user, member.tenant)
    row, secret = create_key(facts=facts, name="ci", environment="production", scope="read")
    pages = [
        site.get(reverse(LIST)),
        site.get(reverse("admin:otpguard_keyrecord_change", args=[row.pk])),
    ]
    for page in pages:
        assert secret not in page.content.decode()
        assert str(row.digest) not in page.content.decode()
        assert "in use" in page.content.decode()
    assert row.prefix in pages[1].content.decode()


def test_keys_are_found_by_maker_and_by_whether_they_are_deleted(site: Client) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    facts = factories.facts(member.user, member.tenant)
    row, _ = create_key(facts=facts, name="website", environment="test")
    delete_key(facts=facts, key=row)
    other = factories.member(factories.tenant(), factories.user("eve"))
    create_key(facts=factories.facts(other.user, other.tenant), name="import", environment="test")
    assert "website" in site.get(reverse(LIST), {"q": "ada"}).content.decode()
    assert "import" not in site.get(reverse(LIST), {"q": "ada"}).content.decode()
    deleted = site.get(reverse(LIST), {"deleted_at__isempty": "0"}).content.decode()
    assert ("website" in deleted, "import" in deleted) == (True, False)


def test_an_operator_deletes_a_key_of_ours_and_says_why(act: Act) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    facts = factories.facts(member.user, member.tenant)
    row, secret = create_key(facts=facts, name="ci", environment="test")
    url = reverse("admin:otpguard_keyrecord_do_delete", args=[row.pk])
    assert "was deleted" in act(url, reason="it was in a log").content.decode()
    assert find_key(secret=secret, now=timezone.now()) is None
    body = json.loads(Event.objects.get(kind="key.deleted").body)
    assert body["data"]["reason"] == "it was in a log"


def test_a_service_key_is_made_after_a_proof_and_shown_once(site: Client) -> None:
    factories.tenant("acme")
    url = reverse("admin:otpguard_keyrecord_do_create")
    data = {"tenant": "acme", "name": "checkout", "environment": "production", "days": "30"}
    asked = site.post(url, data, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303, "no key without a proof"
    assert not KeyRecord.objects.exists()
    page = continue_form(site, step_up(site, asked))
    assert "no-store" in page["Cache-Control"]
    secret = page.content.decode().partition("<p><code>")[2].partition("</code>")[0]
    row = KeyRecord.objects.get()
    assert find_key(secret=secret, now=timezone.now()) == row
    for again in (site.get(reverse(LIST)), site.get(page_of(row))):
        assert secret not in again.content.decode()
    assert secret not in str(site.cookies) + str(dict(site.session))


def test_a_key_that_has_expired_says_so(site: Client) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    facts = factories.facts(member.user, member.tenant)
    past = timezone.now() - timedelta(days=1)
    row, _ = create_key(facts=facts, name="ci", environment="test", expires_at=past)
    assert "expired" in site.get(page_of(row)).content.decode()


def page_of(row: KeyRecord) -> str:
    return reverse("admin:otpguard_keyrecord_change", args=[row.pk])


def test_the_host_s_own_key_is_the_host_s_to_delete(site: Client) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    row = record_key_action(
        facts=factories.facts(member.user, member.tenant),
        action=KeyAction.CREATE,
        key=KeyFacts(reference="7", name="ci", environment="production"),
    )
    page = site.get(reverse("admin:otpguard_keyrecord_change", args=[row.pk])).content.decode()
    assert reverse("admin:otpguard_keyrecord_do_delete", args=[row.pk]) not in page


def test_the_deletion_asks_for_what_no_policy_can_switch_off(site: Client) -> None:
    member = factories.member(factories.tenant("acme"), factories.user("ada"))
    facts = factories.facts(member.user, member.tenant)
    row, secret = create_key(facts=facts, name="ci", environment="test")
    url = reverse("admin:otpguard_keyrecord_do_delete", args=[row.pk])
    site.post(url, {"reason": "it was in a log"})
    seen = Event.objects.exclude(checkpoint="").values_list("checkpoint", flat=True)
    assert set(seen) == {"security_settings"}
    assert find_key(secret=secret, now=timezone.now()) == row
