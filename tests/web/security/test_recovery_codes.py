"""Recovery codes are made after a proof and shown once, and stand nowhere else."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote, urlsplit

import pytest
from django.urls import resolve

from otpguard.core.binding import STRONG
from otpguard.factors import recovery
from otpguard.http import ask_token
from otpguard.models import Event, Factor, KeptForm, RecoveryCode
from otpguard.models.factor import FACTORS
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.stepup import carry_out, url_of

pytestmark = pytest.mark.django_db

URL = "/security/recovery-codes/"
CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")


def test_getting_the_page_explains_and_makes_none(host: Host) -> None:
    page = host.client.get(URL)
    assert b"They are shown only once." in page.content
    assert not RecoveryCode.objects.exists()


def test_ten_codes_are_shown_and_can_be_saved_without_a_script(host: Host) -> None:
    page = carry_out(host.client, host.client.post(URL))
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    text = page.content.decode()
    listed = CODE.findall(text.split("<ol")[1].split("</ol>")[0])
    assert len(set(listed)) == 10
    (file,) = re.findall(r'href="(data:[^"]+)" download', text)
    assert CODE.findall(unquote(file)) == listed
    assert host.user.get_username() in unquote(file)
    factor = FACTORS.get(kind="recovery")
    assert all(recovery.verify(factor, code, now=factor.created_at) for code in listed)
    assert recovery.left(factor) == 10


def test_new_codes_end_the_older_ones_and_the_page_warns_of_it(host: Host) -> None:
    old = factories.recovery_codes(host.user)
    assert b"They stop working when new ones are made." in host.client.get(URL).content
    carry_out(host.client, host.client.post(URL))
    factor = FACTORS.get(kind="recovery")
    assert RecoveryCode.objects.count() == 10
    assert not any(
        RecoveryCode.objects.filter(digest=recovery._digest(factor, recovery.normalize(code)))
        for code in old
    )


def test_the_codes_stand_in_no_log_url_or_session(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = carry_out(host.client, host.client.post(URL))
    codes = CODE.findall(page.content.decode())
    kept = [
        caplog.text,
        repr(dict(host.client.session)),
        repr(list(Event.objects.values_list("body", flat=True))),
        repr([form.body.reveal() for form in KeptForm.objects.all()]),
        page.request["PATH_INFO"],
        repr(page.headers),
    ]
    assert codes
    assert not any(code in each or code.replace("-", "") in each for code in codes for each in kept)


def test_sending_the_form_again_asks_for_another_proof(host: Host) -> None:
    page = carry_out(host.client, host.client.post(URL))
    assert page.status_code == 200
    before = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert host.client.post(URL).status_code == 303
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before


def test_somebody_with_nothing_else_is_told_to_set_that_up(host: Host) -> None:
    Factor.objects.all().delete()
    page = host.client.get(URL)
    assert b"Set up another way of confirming first" in page.content
    assert b"make codes</button>" not in page.content


def test_another_site_cannot_post_it(host: Host) -> None:
    assert host.another_client(enforce_csrf_checks=True).post(URL).status_code == 403


def test_codes_that_would_replace_a_passkey_are_not_made_by_a_phone(host: Host) -> None:
    """A saved code and a phone together change the strongest factor: a thief of the phone must not
    first make the code."""
    factories.passkey_factor(host.user, Authenticator(origin="https://acme.example"))
    refused = host.client.post(URL)
    ask = ask_token.decrypt(resolve(urlsplit(url_of(refused)).path).kwargs["token"])
    assert ask is not None
    assert ask.checkpoint == STRONG
    assert not RecoveryCode.objects.exists()
