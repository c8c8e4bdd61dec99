"""`otpguard.assurance`: where a request stands, in values and in one sentence."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import override

import otpguard
from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.assurance_view import AssuranceView
from otpguard.core.decision import Reason
from otpguard.core.evidence import Source
from otpguard.core.shipped_kinds import SHIPPED_METHODS
from otpguard.http.assurance import Assurance, assurance, span, text_of
from otpguard.models import Grant
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_it_is_a_name_of_the_package() -> None:
    assert otpguard.assurance is assurance


def test_a_phone_code_is_enough_for_a_key_and_too_little_for_a_production_key(host: Host) -> None:
    pass_step_up(host.client)
    request = request_of(host)
    enough = assurance(request, "api_key")
    assert enough.passes
    assert enough.text == "Your phone code is enough here."
    short = assurance(request, "api_key.production")
    assert not short.passes
    assert (short.reason, short.level) == (Reason.LEVEL_TOO_LOW, AssuranceLevel.AAL2)
    assert (short.required, short.method) == (AssuranceLevel.AAL3, shipped_kinds.BY_SMS)
    assert short.source is Source.LOCAL
    assert short.age is not None
    assert short.age < timedelta(minutes=1)
    assert short.text == (
        "Your phone code is not enough here: this action needs a passkey, security key or hardware"
        " token."
    )


def test_a_stale_proof_says_how_old_it_is_and_may_be(host: Host) -> None:
    grant = pass_step_up(host.client)
    factories.age(grant, verified_at=grant.verified_at - timedelta(minutes=27))
    text = assurance(request_of(host), "api_key").text
    assert text == "Code by text message: confirmed 27 minutes ago; here it counts for 20 minutes."


def test_a_visitor_is_told_to_log_in_and_nothing_is_raised(host: Host) -> None:
    request = request_of(host)
    request.user = AnonymousUser()
    seen = assurance(request, "api_key")
    assert seen == Assurance(passes=False, reason=Reason.NOT_LOGGED_IN, text="Log in first.")


def test_it_leaves_no_trace(host: Host) -> None:
    pass_step_up(host.client)
    assurance(request_of(host, "post", "/keys/", {"name": "ci"}), "api_key")
    assert Grant.objects.get().passed == []


def test_a_name_that_is_none_is_a_mistake_of_the_program(host: Host) -> None:
    with pytest.raises(ImproperlyConfigured, match="api_kye"):
        assurance(request_of(host), "api_kye")


def test_behind_a_bearer_token_nothing_proven_in_a_browser_counts(host: Host) -> None:
    pass_step_up(host.client)

    class Wrapped:
        _request = request_of(host)
        user = host.user
        auth = "token"

    assert not assurance(Wrapped(), "api_key").passes


def test_there_is_a_sentence_for_every_reason() -> None:
    known: dict[str, Any] = {"required": AssuranceLevel.AAL3, "fresh_for": timedelta(minutes=15)}
    for reason in Reason:
        assert text_of(AssuranceView(passes=False, reason=reason)), reason
    for reason, method in product(Reason, SHIPPED_METHODS.values()):
        full = AssuranceView(
            passes=False, reason=reason, method=method, age=timedelta(0), level=None, **known
        )
        assert "%(" not in text_of(full), (reason, method)


def test_what_is_worth_nothing_says_so() -> None:
    seen = AssuranceView(
        passes=False,
        reason=Reason.LEVEL_TOO_LOW,
        required=AssuranceLevel.AAL2,
        method=shipped_kinds.BY_EMAIL,
    )
    with override("en"):
        assert (
            text_of(seen)
            == "Your e-mail code is not enough here: this action needs a second way to confirm."
        )


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1 minute"),
        (timedelta(minutes=20), "20 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_lengths_are_said_as_people_say_them(length: timedelta, words: str) -> None:
    assert span(length) == words
