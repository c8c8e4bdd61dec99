"""Defects that were found in other products (D1 to D12), each kept out by its behavior.

D1 and D5 stand in challenge/test_verify.py, D4 in checkpoint/test_kept_form.py and in
tests/web/stepup/test_next_page.py.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.assurance import Primary
from otpguard.core.decision import Allow, Reason, RequireChallenge, RequireEnrollment
from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import WishError, parse_wishes
from otpguard.exceptions import StepUpRefused
from otpguard.factors import totp
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.checkpoint import guard
from otpguard.flows.checkpoint.guard import IntentSource
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.flows.tenant import policy
from otpguard.models import Factor, Grant
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def answer_of_the_guard(facts: RequestFacts, slug: str = "billing_change") -> Any:
    """What the guard decides about a GET."""
    asked = replace(facts, now=timezone.now(), method="GET")
    source = IntentSource(shallow=lambda: "", full=lambda: "")
    try:
        return guard.require(facts=asked, checkpoint=checkpoint(slug), intent=source).decision
    except StepUpRefused as refused:
        return refused.decision


def proven(who: Stopped) -> Grant:
    challenge = who.start()
    result = who.answer(challenge, sent_code(challenge))
    assert isinstance(result, Verified)
    assert result.grant is not None
    return result.grant


@pytest.mark.parametrize("primary", [Primary.SSO, Primary.PASSWORD, Primary.NONE])
def test_nobody_passes_for_having_nothing_to_ask_for(who: Stopped, primary: Primary) -> None:
    """D2, D10: elsewhere users of single sign-on without a factor of their own are let through."""
    Factor.objects.all().delete()
    found = answer_of_the_guard(replace(who.facts, primary=primary))
    assert isinstance(found, RequireEnrollment)


def test_a_password_alone_never_stands_for_a_second_factor(who: Stopped) -> None:
    """D3: elsewhere any recent login counts."""
    client = factories.login(Client(), who.member.user, who.member.tenant)
    fresh = replace(who.facts, sid=factories.sid_of(client), authenticated_at=timezone.now())
    assert isinstance(answer_of_the_guard(fresh), RequireChallenge)


def test_no_secret_of_any_factor_lies_in_clear_in_the_database(who: Stopped) -> None:
    """D6: elsewhere seeds do."""
    app = factories.totp_factor(who.member.user)
    key = factories.passkey_factor(who.member.user, Authenticator(origin="http://acme.example"))
    codes = factories.recovery_codes(who.member.user)
    clear = [
        who.factor.secret.reveal(),
        totp.seed_of(app).base32,
        base64.b16encode(totp.seed_of(app).key).decode(),
        key.secret.reveal(),
        *codes,
        *(code.replace("-", "") for code in codes),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT otpguard_factor.* FROM otpguard_factor")
        rows = repr(cursor.fetchall())
        cursor.execute("SELECT otpguard_recoverycode.* FROM otpguard_recoverycode")
        rows += repr(cursor.fetchall())
    assert not [secret for secret in clear if secret in rows]


def test_no_code_lives_longer_than_ten_minutes(who: Stopped) -> None:
    """D7: elsewhere fifteen."""
    challenge = who.start()
    assert challenge.expires_at - challenge.created_at <= timedelta(minutes=10)
    with pytest.raises(WishError, match="600"):
        parse_wishes({"code_ttl": 900})


def test_the_code_of_an_app_is_late_by_one_step_at_most_and_by_none_in_strict_mode(
    who: Stopped, settings: Any
) -> None:
    """D8: elsewhere a code lives for 90 seconds."""
    who.factor = factories.totp_factor(who.member.user)
    now = timezone.now().replace(second=1, microsecond=0)
    for tolerance, late, right in [(1, 30, True), (1, 60, False), (0, 30, False), (0, 0, True)]:
        settings.OTPGUARD = {**settings.OTPGUARD, "TOTP_TOLERANCE": tolerance}
        factories.age(who.factor, last_step=-1)
        code = factories.totp_code(who.factor, now - timedelta(seconds=late))
        judged = totp.verify(who.factor, code, now=now)
        assert hasattr(judged, "spend") is right, (tolerance, late)


def test_a_proof_is_asked_anew_when_its_time_is_over(who: Stopped) -> None:
    """D9: elsewhere verified once is verified for the session's life."""
    grant = proven(who)
    assert isinstance(answer_of_the_guard(who.facts), Allow)
    factories.age(grant, verified_at=timezone.now() - timedelta(minutes=31))
    found = answer_of_the_guard(who.facts)
    assert (type(found), found.reason) == (RequireChallenge, Reason.PROOF_STALE)


def test_what_a_session_is_worth_is_computed_when_it_is_asked(who: Stopped) -> None:
    """D11: elsewhere a stored level is believed after the factor or the policy has changed."""
    proven(who)
    policy.change_policy(
        facts=who.facts,
        tenant=who.member.tenant,
        checkpoint="billing_change",
        wishes=parse_wishes({"required_level": "AAL3"}),
    )
    assert isinstance(answer_of_the_guard(who.facts), RequireEnrollment)
    assert isinstance(answer_of_the_guard(who.facts, "api_key"), Allow)
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    assert isinstance(answer_of_the_guard(who.facts, "api_key"), RequireEnrollment)


def test_what_another_said_of_a_login_long_ago_proves_nothing_now(who: Stopped) -> None:
    """D12: elsewhere a claim of the identity provider stays true for the session's life."""
    policy.change_policy(
        facts=factories.facts(),
        tenant=who.member.tenant,
        checkpoint="billing_change",
        wishes=parse_wishes({"idp_satisfies": True}),
    )
    grant = proven(who)
    factories.age(grant, source=Source.IDP.value, verified_at=timezone.now() - timedelta(hours=1))
    found = answer_of_the_guard(who.facts)
    assert found.reason is Reason.PROOF_STALE


def test_wrong_answers_elsewhere_are_no_answers_here(who: Stopped) -> None:
    """Backup codes are not burnt by tries that were meant for another factor."""
    factories.recovery_codes(who.member.user)
    challenge = who.start()
    for _ in range(3):
        assert isinstance(who.answer(challenge, "000000"), Rejected)
    saved = Factor.objects.get(kind="recovery")
    assert saved.codes.filter(used_at=None).count() == 10
    assert not saved.lanes.exists()
