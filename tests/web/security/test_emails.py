"""Further e-mail addresses for notices: changed after a proof, confirmed by their readers."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from otpguard.channels.providers.memory import SENT
from otpguard.flows.notice.emails import MOST
from otpguard.models import Challenge, NoticeEmail
from otpguard.testing import send_notices
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.web.foreign import assert_nothing_there

pytestmark = pytest.mark.django_db

ADD = "/security/emails/add/"
REMOVE = "/security/emails/{}/remove/"


def added(host: Host, email: str = "anna@home.example") -> str:
    """Add an e-mail address as a person does; the path of the link that was sent there."""
    answer = carry_out(host.client, host.client.post(ADD, {"email": email}))
    assert answer.status_code == 303, answer.content[:500]
    send_notices()
    sent = " ".join(repr(message) for message in SENT)
    texts = [str(getattr(message, "text", "")) + sent for message in SENT]
    (token,) = set(re.findall(r"/security/emails/confirm/([\w.:~-]+)/", " ".join(texts)))
    return f"/security/emails/confirm/{token}/"


def test_an_email_is_added_after_a_proof_and_waits_for_its_confirmation(host: Host) -> None:
    refused = host.client.post(ADD, {"email": "anna@home.example"})
    page = host.client.get(refused["Location"])
    assert "add the e-mail address a•••@home.example" in page.content.decode()
    assert not NoticeEmail.objects.exists()
    answer = carry_out(host.client, refused)
    text = host.client.get(answer["Location"]).content.decode()
    assert "We have sent a link to the e-mail address." in text
    assert "a•••@home.example" in text
    assert "anna@home.example" not in text
    assert "Not confirmed yet" in text


def test_whoever_reads_the_mailbox_confirms_it_by_a_click_without_a_login(host: Host) -> None:
    """A8: a scanner that follows the link confirms nothing."""
    link, browser = added(host), Client(enforce_csrf_checks=True)
    page = browser.get(link)
    assert page.status_code == 200
    assert "a•••@home.example" in page.content.decode()
    assert NoticeEmail.objects.get().confirmed_at is None
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.content.decode())
    assert token is not None
    assert browser.post(link).status_code == 403
    page = browser.post(link, {"csrfmiddlewaretoken": token[1]})
    assert b"gets notices from now on" in page.content
    assert NoticeEmail.objects.get().confirmed_at is not None
    again = browser.get(link)
    assert again.status_code == 410
    assert b"This link does not work any more" in again.content
    assert again["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_none_of_ours_confirms_nothing(client: Client, method: str) -> None:
    page = getattr(client, method)("/security/emails/confirm/abc/")
    assert page.status_code == 410
    assert b"<form" not in page.content


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 250 + "@example.com"])
def test_a_mistake_is_said_and_asks_for_no_proof(host: Host, email: str) -> None:
    page = host.client.post(ADD, {"email": email})
    assert page.status_code == 400
    assert b'aria-invalid="true"' in page.content
    assert not Challenge.objects.exists()


def test_the_accounts_own_email_is_refused_with_the_reason(host: Host) -> None:
    page = carry_out(host.client, host.client.post(ADD, {"email": host.user.email}))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["email"]
    assert b"Notices go to the e-mail address of your account anyway." in page.content


def test_a_list_that_is_full_takes_no_further_email(host: Host) -> None:
    """No other e-mail address would do, so it stands above the form."""
    for number in range(MOST):
        host.client.post(added(host, f"anna@home{number}.example"))
        SENT.clear()
    page = carry_out(host.client, host.client.post(ADD, {"email": "anna@more.example"}))
    assert page.status_code == 403
    assert list(page.context["form"].errors) == ["__all__"]
    assert b"Remove one first" in page.content


def test_an_email_is_removed_after_a_proof_and_told_for_a_while(host: Host) -> None:
    host.client.post(added(host))
    row = NoticeEmail.objects.get()
    url = REMOVE.format(row.pk)
    assert b"three more days" in host.client.get(url).content
    refused = host.client.post(url)
    row.refresh_from_db()
    assert row.removed_at is None
    answer = carry_out(host.client, refused)
    text = host.client.get(answer["Location"]).content.decode()
    assert "The e-mail address is removed." in text
    assert "Removed; still gets notices until:" in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_somebody_elses_is_not_there(host: Host, method: str) -> None:
    row = NoticeEmail.objects.create(
        user=factories.user(), email="zoe@home.example", email_index="z"
    )
    assert_nothing_there(host.client, REMOVE, row.pk, method)
    row.refresh_from_db()
    assert row.removed_at is None


@pytest.mark.parametrize("path", [ADD, REMOVE.format("00000000-0000-4000-8000-000000000000")])
def test_another_site_cannot_post_it(host: Host, path: str) -> None:
    assert host.another_client(enforce_csrf_checks=True).post(path).status_code == 403
