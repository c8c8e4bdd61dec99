"""Who was sent off comes back once, in time, in the same login session."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.request import (
    LIFE,
    SentOff,
    keep_response,
    offered_providers,
    send_off,
    take_back,
)
from otpguard.models import IdpRequest
from tests import factories
from tests.federating import SignedIn, idp, signed_in
from tests.models.rows import raw

pytestmark = pytest.mark.django_db


def sent(alice: SignedIn, *, connects: bool = True) -> SentOff:
    made = SentOff(provider=alice.provider, nonce="n", verifier="v", connects=connects)
    send_off(facts=alice.facts, sent=made, state="s")
    return made


def test_what_was_sent_off_is_taken_back_once() -> None:
    alice = signed_in()
    made = sent(alice)
    assert take_back(facts=alice.facts, state="s") == replace(made, sent_at=alice.facts.now)
    assert take_back(facts=alice.facts, state="s") is None


def test_neither_state_nor_secrets_can_be_read_in_the_table() -> None:
    sent(signed_in())
    row = IdpRequest.objects.get()
    assert row.state != "s"
    assert raw(row, "nonce") != "n"
    assert raw(row, "verifier") != "v"


def test_another_session_person_or_nobody_takes_nothing_back() -> None:
    alice = signed_in()
    sent(alice)
    eve = factories.member(alice.tenant).user
    others: list[RequestFacts] = [
        replace(alice.facts, sid="other"),
        replace(alice.facts, sid=""),
        factories.facts(eve, alice.tenant, sid=alice.facts.sid),
        factories.facts(),
    ]
    for facts in others:
        assert take_back(facts=facts, state="s") is None
    assert take_back(facts=alice.facts, state="") is None
    assert take_back(facts=alice.facts, state="t") is None
    assert take_back(facts=alice.facts, state="s") is not None


def test_after_ten_minutes_it_is_over_and_cleared_by_the_next() -> None:
    alice = signed_in()
    sent(alice)
    late = replace(alice.facts, now=alice.facts.now + LIFE + timedelta(seconds=1))
    assert take_back(facts=late, state="s") is None
    made = SentOff(provider=alice.provider, nonce="n", verifier="v")
    send_off(facts=late, sent=made, state="later")
    assert IdpRequest.objects.count() == 1


def test_a_login_is_nobodys_until_it_comes_back() -> None:
    alice = signed_in()
    sent(alice, connects=False)
    row = IdpRequest.objects.get()
    assert (row.user, row.sid) == (None, "")
    assert take_back(facts=factories.facts(), state="s") is not None


def test_only_the_tenants_own_providers_are_offered_to_who_is_known_there() -> None:
    alice = signed_in()
    idp(alice.tenant, issuer="https://second.example")
    idp(factories.tenant())
    assert offered_providers(alice.facts) == (alice.provider,)
    assert offered_providers(replace(alice.facts, tenant="")) == ()


def test_a_posted_response_is_kept_for_a_saml_sign_in_under_way_alone() -> None:
    alice = signed_in(protocol="saml")
    sent(alice)
    now = alice.facts.now
    assert not keep_response(state="other", response="r", now=now)
    assert not keep_response(state="", response="r", now=now)
    assert not keep_response(state="s", response="r", now=now + LIFE)
    assert keep_response(state="s", response="r", now=now)
    back = take_back(facts=alice.facts, state="s")
    assert back is not None
    assert back.verifier == "r"
    assert not keep_response(state="s", response="r", now=now), "it was used"


def test_nothing_takes_the_place_of_a_verifier_of_oidc() -> None:
    alice = signed_in()
    sent(alice)
    assert not keep_response(state="s", response="r", now=alice.facts.now)
