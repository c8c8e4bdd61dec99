"""The first project asks once who somebody is, and not again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from otpguard.core.signup import IdentityPart
from tests import factories, guarded
from tests.intel.made_checks import SHOWN, signup
from tests.store_down import store_down
from tests.visiting import visitor

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _nothing_shown() -> Iterator[None]:
    SHOWN.clear()
    yield
    SHOWN.clear()


def member(settings: Any, identity: str = "phone") -> tuple[Any, Client]:
    if identity != "phone":
        settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": signup(identity)}
    user, tenant = factories.user(), factories.tenant()
    factories.member(tenant, user)
    return user, factories.login(visitor(), user, tenant)


def test_somebody_without_a_phone_is_asked_for_one(settings: Any) -> None:
    user, client = member(settings)
    factories.totp_factor(user)
    asked = client.post("/projects/", {})
    assert asked.status_code == 303
    page = client.get(asked["Location"], follow=True)
    assert "/security/enroll/" in page.request["PATH_INFO"]
    assert "Phone number" in page.content.decode()
    assert guarded.ran == []


def test_whoever_has_confirmed_a_phone_is_asked_nothing(settings: Any) -> None:
    user, client = member(settings)
    factories.phone_factor(user)
    assert client.post("/projects/", {}).status_code == 200
    assert client.post("/projects/", {}).status_code == 200, "and not again either"
    assert guarded.ran == ["first project"] * 2


def test_a_phone_of_somebody_else_opens_nothing(settings: Any) -> None:
    factories.phone_factor(factories.user())
    _user, client = member(settings)
    assert client.post("/projects/", {}).status_code == 303
    assert guarded.ran == []


def test_whoever_has_no_organization_yet_is_asked_as_well() -> None:
    client = factories.login(visitor(), factories.user())
    page = client.get(client.post("/projects/", {})["Location"], follow=True)
    assert page.status_code == 200
    assert "/security/enroll/" in page.request["PATH_INFO"]


def test_strangers_are_sent_to_the_login() -> None:
    assert "/login/" in visitor().post("/projects/", {})["Location"]
    assert guarded.ran == []


def test_what_the_host_checks_is_shown_on_its_own_page(settings: Any) -> None:
    user, client = member(settings, "ial2")
    factories.phone_factor(user)
    assert client.post("/projects/", {})["Location"] == "/show/email/"
    SHOWN.add(IdentityPart.EMAIL)
    machine = client.post("/projects/", {}, headers=JSON)
    assert (machine.status_code, machine.json()["code"]) == (403, "identity_required")
    assert machine.json()["part"] == "documents"
    assert machine.json()["identity_url"] == "http://testserver/show/documents/"
    assert guarded.ran == []
    SHOWN.add(IdentityPart.DOCUMENTS)
    assert client.post("/projects/", {}).status_code == 200


def test_an_organization_that_has_switched_it_off_asks_for_nothing(settings: Any) -> None:
    off = {"first_action": {"active": False}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": off}
    user, client = member(settings, "phone_email")
    assert client.post("/projects/", {}).status_code == 200
    factories.phone_factor(user)
    assert client.post("/projects/", {}).status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_there_is_no_first_project(transactional_db: None, settings: Any) -> None:
    user, client = member(settings)
    factories.phone_factor(user)
    with store_down():
        assert client.post("/projects/", {}).status_code == 503
    assert guarded.ran == []
