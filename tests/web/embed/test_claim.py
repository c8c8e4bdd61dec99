"""The server of the host uses what a form on another origin has proven."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from otpguard import use_claim_reference
from otpguard.channels.providers.memory import SENT
from otpguard.exceptions import ClaimRefused
from otpguard.models import PhoneClaim
from otpguard.testing import send_queued
from tests import factories
from tests.web.embed.embedding import NUMBER, post, start

pytestmark = pytest.mark.django_db(transaction=True)


def request() -> HttpRequest:
    """What the form posts to the host."""
    made: Any = RequestFactory().post("/join/")
    made.user, made.session = AnonymousUser(), {}
    return made


def reference() -> str:
    token = start().json()["challenge"]
    send_queued()
    answered = post("answer", {"challenge": token, "code": SENT[-1].code.digits})
    claim: str = answered.json()["claim"]
    return claim


def test_it_gives_the_number_once_and_notes_who_got_it() -> None:
    claim, user = reference(), factories.user()
    number = use_claim_reference(request(), "signup", claim, user=user)
    assert number.e164 == NUMBER
    assert PhoneClaim.objects.get().user == user
    with pytest.raises(ClaimRefused):
        use_claim_reference(request(), "signup", claim)


@pytest.mark.parametrize("made_up", ["", "x", "gAAAAA", "\ud800"])
def test_a_made_up_one_is_refused(made_up: str) -> None:
    with pytest.raises(ClaimRefused):
        use_claim_reference(request(), "signup", made_up)


def test_one_of_another_checkpoint_is_refused() -> None:
    claim = reference()
    with pytest.raises(ClaimRefused):
        use_claim_reference(request(), "password_reset", claim)


def test_one_whose_claim_was_deleted_is_refused() -> None:
    claim = reference()
    PhoneClaim.objects.all().delete()
    with pytest.raises(ClaimRefused):
        use_claim_reference(request(), "signup", claim)
