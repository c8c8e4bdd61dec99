"""A view that needs a number runs with a claim, uses it once, and leads back when it is gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.utils import timezone

from otpguard import phone_verified, requires_phone_claim
from otpguard.core.assurance import Channel
from otpguard.models import Challenge, PhoneClaim
from otpguard.testing.racing import race
from tests import factories, guarded
from tests.store_down import store_down
from tests.visiting import HTML, NUMBER, begin, prove, visitor


def copy_of(client: Client) -> Client:
    """The same browser in another thread."""
    other = visitor()
    other.cookies = client.cookies
    return other


def test_a_view_runs_with_a_number_and_stores_it_once() -> None:
    client = visitor()
    prove(client)
    joined = client.post("/join/", {"name": "ann"})
    assert joined.content.decode() == f"done: ann joined with {NUMBER}"
    again = client.post("/join/", {"name": "bob"})
    assert again.status_code == 303
    assert "/security/number/" in again["Location"]
    assert guarded.ran == [f"ann joined with {NUMBER}"]


def test_without_a_number_the_view_does_not_run() -> None:
    client = visitor()
    for answer in (client.get("/join/"), client.post("/join/", {"name": "ann"})):
        assert answer.status_code == 303
        assert answer["Location"].startswith("/security/number/")
        assert "no-store" in answer["Cache-Control"]
    assert guarded.ran == []
    assert not Group.objects.exists()


def test_a_machine_is_told_where_a_number_is_proven() -> None:
    refused = Client().post("/join/", {"name": "ann"}, headers={"Accept": "application/json"})
    assert refused.status_code == 403
    document = refused.json()
    assert (document["code"], document["checkpoint"]) == ("phone_claim_required", "signup")
    assert document["number_url"].startswith("http://testserver/security/number/")


def test_a_number_of_many_accounts_is_asked_to_be_another_one(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "HYGIENE": {"NUMBER_ACCOUNTS_STRICT": 1}}
    factories.phone_factor(factories.user(), NUMBER)
    client = visitor()
    prove(client)
    machine = client.post("/join/", {"name": "ann"}, headers={"Accept": "application/json"})
    assert (machine.status_code, machine.json()["code"]) == (403, "number_overused")
    person = client.post("/join/", {"name": "bob"})
    assert person.status_code == 303
    page = client.get(person["Location"])
    assert "Use another number." in page.content.decode()
    assert guarded.ran == []


def test_a_claim_serves_its_own_browser_alone() -> None:
    prove(visitor())
    stranger = visitor()
    begin(stranger, "+12015550124")
    assert stranger.post("/join/", {"name": "eve"}).status_code == 303
    assert guarded.ran == []


def test_a_claim_that_lapses_between_page_and_form_is_asked_for_again() -> None:
    client = visitor()
    prove(client)
    PhoneClaim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post("/join/", {"name": "ann"}).status_code == 303
    assert guarded.ran == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.parametrize("atomic", [True, False])
def test_of_two_forms_at_the_same_moment_one_gets_the_number(
    transactional_db: None, settings: Any, atomic: bool
) -> None:
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = atomic
    connections["default"].settings_dict["ATOMIC_REQUESTS"] = atomic
    client = visitor()
    prove(client)
    clients = [copy_of(client) for _ in range(4)]

    def join() -> int:
        connection.settings_dict["ATOMIC_REQUESTS"] = atomic
        mine = clients.pop()
        return mine.post("/join/", {"name": f"n{id(mine)}"}).status_code

    try:
        answers = race(join, threads=4)
    finally:
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False
        connections["default"].settings_dict["ATOMIC_REQUESTS"] = False
    assert sorted(answers) == [200, 303, 303, 303]
    assert len(guarded.ran) == 1
    if atomic:
        assert Group.objects.count() == 1, "what the others wrote was rolled back"


def test_an_async_view_is_guarded_alike(transactional_db: None) -> None:
    async def act() -> tuple[int, bytes]:
        client = AsyncClient()
        refused = await client.get("/join/async/", headers=HTML)
        browser = visitor()
        await sync_to_async(prove)(browser, NUMBER, "/join/async/")
        client.cookies = browser.cookies
        found = await client.get("/join/async/", headers=HTML)
        await sync_to_async(connections.close_all)()
        return refused.status_code, found.content

    status, content = asyncio.run(act())
    assert status == 303
    assert content.decode() == "done: async join with +1 ••• ••23"


def test_a_view_says_how_its_codes_are_sent() -> None:
    begin(visitor(), path="/join/async/")
    challenge = Challenge.objects.get()
    assert challenge.fallback_seconds == 20
    assert [step["channel"] for step in challenge.plan][:2] == [Channel.WHATSAPP, Channel.SMS]


def always(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": {"VERIFICATION": "always"}}


def test_the_number_becomes_the_first_phone_of_the_account_that_is_made(settings: Any) -> None:
    always(settings)
    client = visitor()
    prove(client, path="/register/")
    assert (
        client.post("/register/", {"name": "ann"}).content == b"done: ann registered with a number"
    )
    ann = User.objects.get(username="ann")
    assert phone_verified(ann)
    assert PhoneClaim.objects.get().user == ann
    again = client.post("/register/", {"name": "bob"})
    assert (again.status_code, User.objects.count()) == (303, 1), "a number serves one account"


def test_while_it_is_asked_for_always_nobody_registers_without_a_number(settings: Any) -> None:
    always(settings)
    client = visitor()
    assert client.post("/register/", {"name": "ann"})["Location"].startswith("/security/number/")
    assert not User.objects.exists()


def test_while_it_is_deferred_people_try_the_product_first() -> None:
    client = visitor()
    assert client.get("/register/").status_code == 200
    made = client.post("/register/", {"name": "ann"})
    assert made.content == b"done: ann registered without a number"
    assert not phone_verified(User.objects.get())


def test_a_number_that_was_proven_is_taken_although_it_is_deferred() -> None:
    client = visitor()
    prove(client)
    made = client.post("/register/", {"name": "ann"})
    assert made.content == b"done: ann registered with a number"


def test_a_view_without_the_decorator_cannot_use_a_claim() -> None:
    client = visitor()
    prove(client)
    with pytest.raises(ImproperlyConfigured, match="requires_phone_claim"):
        client.get("/join/unguarded/")
    assert guarded.ran == []


def test_only_checkpoints_of_visitors_and_functions_can_be_marked() -> None:
    with pytest.raises(ImproperlyConfigured, match="ANONYMOUS"):
        requires_phone_claim("billing_change")
    with pytest.raises(ImproperlyConfigured):
        requires_phone_claim("sign_up")
    with pytest.raises(TypeError, match="method_decorator"):
        requires_phone_claim("signup")(Client)


def test_a_person_who_is_logged_in_needs_a_claim_as_well() -> None:
    user = factories.user()
    factories.phone_factor(user, NUMBER)
    client = factories.login(visitor(), user)
    assert client.get("/join/").status_code == 303


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_the_view_does_not_run(transactional_db: None) -> None:
    client = visitor()
    prove(client)
    with store_down():
        assert client.get("/join/").status_code == 503
    assert guarded.ran == []
    assert client.get("/join/").status_code == 200
