"""Adding a way to confirm, as a person does it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.http.session import KEY
from otpguard.models import Challenge, Factor, PolicyWish
from otpguard.models.factor import FACTORS
from otpguard.testing import send_queued
from tests import factories
from tests.host import Host
from tests.stepup import arrive, carry_out

pytestmark = pytest.mark.django_db

ADD = "/security/add/"
NUMBER = "+1 201 555 0123"


def confirm_app(client: Client, answer: HttpResponse) -> HttpResponse:
    """Enter the code of the app that has just been made."""
    assert answer.status_code == 302, answer.content[:500]
    app = FACTORS.get(kind="totp", confirmed=False)
    shown = {"code": factories.totp_code(app)}
    answered = client.post(answer["Location"], shown)
    assert answered.status_code == 303, answered.content[:500]
    return arrive(client, answered["Location"])


def not_accepted(host: Host, kinds: list[str]) -> None:
    """Let this tenant accept only `kinds` where factors change."""
    PolicyWish.objects.create(
        tenant=host.tenant,
        checkpoint="factor_change",
        version=1,
        current=True,
        wishes={"allowed_factors": kinds},
    )
    host.tenant.policy_version = 1
    host.tenant.save()


def test_the_kinds_are_offered_strongest_first_with_what_each_is_worth(host: Host) -> None:
    page = host.client.get(ADD)
    assert [offer.kind for offer in page.context["offers"]] == ["passkey", "totp", "phone"]
    text = page.content.decode()
    assert "Enough for every action." in text
    assert "the simple start" in text
    assert reverse("otpguard:add-kind", args=["passkey"]) in text


def test_an_app_is_added_by_the_phone_and_the_person_is_back(host: Host) -> None:
    refused = host.client.post(f"{ADD}totp/", {"name": "Aegis"})
    assert refused.status_code == 303
    assert not FACTORS.filter(kind="totp").exists()
    page = confirm_app(host.client, carry_out(host.client, refused))
    assert page.request["PATH_INFO"] == "/security/"
    app = FACTORS.get(kind="totp")
    assert (app.name, app.confirmed, app.usable_from) == ("Aegis", True, None)
    assert "<q>Aegis</q>" in page.content.decode()
    assert "It is set up. You can confirm with it from now on." in page.content.decode()


def test_a_person_with_nothing_adds_an_app_first_and_never_gives_a_phone(host: Host) -> None:
    Factor.objects.all().delete()
    page = confirm_app(host.client, host.client.post(f"{ADD}totp/", {"name": "Aegis"}))
    assert page.request["PATH_INFO"] == "/security/"
    assert [factor.kind for factor in FACTORS.all()] == ["totp"]
    assert not SENT


def test_after_a_first_factor_one_is_led_on_to_where_one_wanted_to_go(host: Host) -> None:
    Factor.objects.all().delete()
    page = host.client.get(f"{ADD}?next=/open/")
    (url,) = [offer.url for offer in page.context["offers"] if offer.kind == "totp"]
    assert "next=%2Fopen%2F" in url
    page = confirm_app(host.client, host.client.post(url, {"name": "Aegis"}))
    assert page.content == b"open to all"


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/"])
def test_one_is_never_led_to_another_site(host: Host, url: str) -> None:
    Factor.objects.all().delete()
    host.client.post(f"{ADD}totp/?next={url}", {"name": "Aegis"})
    assert Challenge.objects.get().next == "/security/"


def test_a_second_number_waits_before_it_counts(host: Host) -> None:
    assert b"counts only 24 hours after" in host.client.get(f"{ADD}phone/").content
    answer = carry_out(host.client, host.client.post(f"{ADD}phone/", {"number": NUMBER}))
    send_queued()
    answered = host.client.post(answer["Location"], {"code": SENT[-1].code.digits})
    page = host.client.get(answered["Location"], follow=True)
    assert "Does not count yet, from:" in page.content.decode()
    new = FACTORS.exclude(pk=host.factor.pk).get()
    assert new.usable_from is not None
    assert new.usable_from > timezone.now() + timedelta(minutes=59)


def test_a_passkey_begins_its_ceremony(host: Host) -> None:
    Factor.objects.all().delete()
    answer = host.client.post(f"{ADD}passkey/", {"name": "Laptop"})
    page = host.client.get(answer["Location"])
    assert b'data-otpguard-passkey="create"' in page.content


def test_an_old_login_with_nothing_enrolled_adds_nothing(host: Host) -> None:
    """A2: a stolen session cannot bind a phone of its own."""
    Factor.objects.all().delete()
    session = host.client.session
    mark = session[KEY]
    mark["at"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session[KEY] = mark
    session.save()
    page = host.client.get(f"{ADD}phone/")
    assert page.context["must_log_in_again"]
    assert b"Log out, log in again" in page.content
    assert b'name="number"' not in page.content
    assert host.client.post(f"{ADD}phone/", {"number": NUMBER}).status_code == 403
    assert not FACTORS.exists()


def test_what_a_tenant_does_not_accept_is_said_instead_of_linked(host: Host) -> None:
    not_accepted(host, ["passkey", "phone"])
    page = host.client.get(ADD)
    assert {offer.kind: bool(offer.url) for offer in page.context["offers"]} == {
        "passkey": True,
        "totp": False,
        "phone": True,
    }
    assert b"does not accept it" in page.content
    refused = host.client.post(f"{ADD}totp/", {"name": "Aegis"})
    assert refused.status_code == 403
    assert b"does not accept this: Authenticator app" in refused.content


@pytest.mark.parametrize("kind", ["recovery", "email", "nonsense"])
def test_other_kinds_cannot_be_added(host: Host, kind: str) -> None:
    assert host.client.get(f"{ADD}{kind}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "data"), [("phone", {"number": "12"}), ("totp", {"name": " "}), ("passkey", {})]
)
def test_a_mistake_is_said_and_asks_for_no_proof(
    host: Host, kind: str, data: dict[str, str]
) -> None:
    page = host.client.post(f"{ADD}{kind}/", data)
    assert page.status_code == 400
    assert b"Error:" in page.content
    assert b'role="alert"' in page.content
    assert not Challenge.objects.exists()
