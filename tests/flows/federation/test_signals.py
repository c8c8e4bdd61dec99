"""What a provider tells of ends what was proven before, there and in no other tenant."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.security_event import Dialect, EventFault, EventRefusedError
from otpguard.exceptions import StoreUnavailable
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.flows.federation.accept import SignInFault
from otpguard.flows.federation.signal_stream import await_verification, switch_signal_stream
from otpguard.flows.federation.signals import find_stream, receive_signal
from otpguard.models import Event, Grant, LoginSession, SeenSignal, SignalStream
from tests import factories
from tests.federating import said_now, signed_in
from tests.signaling import (
    ALICE,
    CAEP,
    REVOKED,
    RISC,
    SSF,
    Heard,
    Transmitter,
    heard,
    transmitter,
)
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
LEVEL = {"namespace": "NIST-AAL", "current_level": "nist-aal1", "change_direction": "decrease"}
STATE = {"previous_status": "compliant", "current_status": "not-compliant"}


@pytest.fixture
def server() -> Iterator[Transmitter]:
    with transmitter() as running:
        yield running


@pytest.fixture
def here(server: Transmitter) -> Heard:
    return heard(server)


def tell(here: Heard, kind: str = REVOKED, said: Any = None, **claims: Any) -> bool:
    token = here.server.token(kind, said, **claims)
    facts = RequestFacts(now=timezone.now())
    return receive_signal(facts=facts, stream=here.stream, token=token)


def live() -> int:
    return Grant.objects.filter(revoked_at=None).count()


def last(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Event.objects.filter(kind=kind).latest("pk").body)["data"]
    return data


def test_a_revoked_session_ends_proofs_and_logins_and_the_log_says_so(here: Heard) -> None:
    here.grant()
    assert tell(here, said={"reason_admin": {"en": "Landspeed"}})
    assert live() == 0
    assert not LoginSession.objects.filter(ended_at=None).exists()
    said = last("signal.received")
    assert (said["signal"], said["count"], said["sessions"]) == ("session-revoked", 1, 1)
    assert said["said_reason"] == "Landspeed"


def test_what_was_proven_or_begun_after_the_event_stands(here: Heard) -> None:
    here.grant()
    tell(here, said={"event_timestamp": int(time.time()) - 600})
    assert live() == 1
    assert LoginSession.objects.filter(ended_at=None).exists()


def test_a_login_that_serves_another_tenant_too_goes_on(here: Heard) -> None:
    other = factories.tenant()
    factories.member(other, here.alice.user)
    elsewhere = factories.grant(here.alice.user, other)
    Grant.objects.update(verified_at=timezone.now() - timedelta(minutes=1))
    here.grant()
    tell(here)
    assert list(Grant.objects.filter(revoked_at=None)) == [elsewhere]
    assert LoginSession.objects.filter(ended_at=None).exists()
    assert last("signal.received")["sessions"] == 0


def test_proofs_in_another_tenant_stand(here: Heard) -> None:
    other = factories.tenant()
    factories.member(other, here.alice.user)
    ago = timezone.now() - timedelta(minutes=1)
    elsewhere = factories.grant(here.alice.user, other, verified_at=ago)
    tell(here)
    elsewhere.refresh_from_db()
    assert elsewhere.revoked_at is None


def test_staff_stay_logged_in(here: Heard) -> None:
    here.alice.user.is_staff = True
    here.alice.user.save()
    tell(here)
    assert LoginSession.objects.filter(ended_at=None).exists()


def test_a_person_of_another_tenant_is_not_reached(here: Heard) -> None:
    eve = signed_in(subject="eve")
    mine = here.grant(of=eve)
    tell(here, sub_id={**ALICE, "sub": "eve"})
    tell(here, sub_id={"format": "email", "email": eve.user.email})
    mine.refresh_from_db()
    assert mine.revoked_at is None
    assert last("signal.received")["count"] == 0


def test_a_lower_level_ends_the_providers_proofs_alone(here: Heard) -> None:
    mine, theirs = here.grant(), here.grant(source=Source.IDP)
    tell(here, f"{CAEP}assurance-level-change", LEVEL)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.revoked_at is None
    assert theirs.revoked_at is not None
    assert LoginSession.objects.filter(ended_at=None).exists()


def test_a_higher_level_changes_nothing(here: Heard) -> None:
    here.grant(source=Source.IDP)
    tell(here, f"{CAEP}assurance-level-change", {**LEVEL, "change_direction": "increase"})
    assert live() == 1


def test_a_device_that_is_not_compliant_ends_every_proof_but_no_login(here: Heard) -> None:
    here.grant()
    tell(here, f"{CAEP}device-compliance-change", STATE)
    assert live() == 0
    assert LoginSession.objects.filter(ended_at=None).exists()


def test_a_person_is_found_by_their_email_among_members(here: Heard) -> None:
    here.grant()
    tell(here, sub_id={"format": "email", "email": here.alice.user.email.upper()})
    assert live() == 0


def test_a_token_that_comes_again_has_no_effect(here: Heard) -> None:
    assert tell(here, jti="t-1")
    here.grant()
    assert not tell(here, jti="t-1")
    assert live() == 1
    assert Event.objects.filter(kind="signal.received").count() == 1


def test_ids_are_forgotten_after_the_time_in_which_they_could_come_again(here: Heard) -> None:
    tell(here)
    SeenSignal.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    tell(here)
    assert SeenSignal.objects.count() == 1


def test_a_sign_in_from_before_the_event_proves_nothing_afterwards(here: Heard) -> None:
    tell(here, f"{CAEP}assurance-level-change", LEVEL)
    assert here.alice.accept().reason is SignInFault.SIGNALED
    later = said_now(authenticated_at=timezone.now() + timedelta(seconds=2))
    assert here.alice.accept(later).grant is not None


def test_an_older_event_does_not_take_a_later_one_back(here: Heard) -> None:
    tell(here, f"{CAEP}assurance-level-change", LEVEL)
    tell(here, f"{CAEP}assurance-level-change", {**LEVEL, "event_timestamp": 1_700_000_000})
    assert here.alice.accept().reason is SignInFault.SIGNALED


def test_an_event_about_nobody_is_taken_in_like_any_other(here: Heard) -> None:
    here.grant()
    assert tell(here, sub_id={**ALICE, "sub": "nobody"})
    assert live() == 1
    assert last("signal.received")["count"] == 0


def test_a_refused_event_is_logged_and_ends_nothing(here: Heard) -> None:
    here.grant()
    with pytest.raises(EventRefusedError):
        tell(here, iss="https://other.example")
    assert live() == 1
    assert last("signal.refused")["fault"] == EventFault.INVALID_ISSUER
    assert SignalStream.objects.get().trouble == EventFault.INVALID_ISSUER


def test_keys_that_cannot_be_read_refuse_nothing_for_good(here: Heard) -> None:
    SignalStream.objects.update(jwks="http://127.0.0.1:9/jwks")
    here.stream.refresh_from_db()
    with pytest.raises(ProviderUnusableError):
        tell(here)
    assert not Event.objects.filter(kind="signal.refused").exists()
    assert SignalStream.objects.get().trouble == "keys"


def test_a_verification_needs_the_state_that_we_gave_or_none(here: Heard) -> None:
    kind = f"{SSF}verification"
    assert tell(here, kind, sub_id={"format": "opaque", "id": "s-1"})
    here.stream.state = await_verification(facts=factories.facts(), stream=here.stream)
    with pytest.raises(EventRefusedError) as caught:
        tell(here, kind, {"state": "other"})
    assert caught.value.fault is EventFault.INVALID_STATE
    assert tell(here, kind, {"state": here.stream.state})
    here.stream.refresh_from_db()
    assert here.stream.verified_at is not None
    assert here.stream.state == ""


def test_google_names_its_events_in_its_own_words(server: Transmitter) -> None:
    here = heard(server, dialect=Dialect.RISC.value)
    here.grant()
    tell(here, f"{RISC}account-disabled", {"subject": ALICE}, sub_id=None)
    assert live() == 0
    with pytest.raises(EventRefusedError):
        tell(here)


def test_only_its_own_secret_opens_a_stream_that_is_on(here: Heard) -> None:
    assert find_stream(stream=here.stream.pk, secret=here.secret) == here.stream
    for secret in ("", "x", "\udc80"):
        assert find_stream(stream=here.stream.pk, secret=secret) is None
    assert find_stream(stream=uuid4(), secret=here.secret) is None
    switch_signal_stream(facts=factories.facts(), stream=here.stream, reason="left")
    assert find_stream(stream=here.stream.pk, secret=here.secret) is None


def test_without_the_store_nobody_is_called_a_stranger(here: Heard) -> None:
    with no_answer(), pytest.raises(StoreUnavailable):
        find_stream(stream=here.stream.pk, secret=here.secret)
