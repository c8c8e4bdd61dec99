"""Proofs of a browser go to one login of an app, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from otpguard.flows.session.hand_over import HandOver, hand_over, use_once
from otpguard.models import Grant
from tests import factories

pytestmark = pytest.mark.django_db


def test_they_go_once_and_only_where_they_were_meant() -> None:
    user = factories.user()
    app, browser = factories.session(user), factories.session(user)
    factories.grant(user, sid=browser.pk)
    facts = replace(factories.facts(user, sid=app.pk), by_client=True)
    over = HandOver(
        id="one",
        user=str(user.pk),
        tenant="",
        client_sid=app.pk,
        browser_sid=browser.pk,
        intent="",
        story="",
        expires_at=facts.now + timedelta(minutes=2),
    )
    assert not hand_over(facts=replace(facts, by_client=False), over=over, call_id="one")
    assert not hand_over(facts=replace(facts, sid=browser.pk), over=over, call_id="one")
    assert not hand_over(facts=replace(facts, tenant="another"), over=over, call_id="one")
    assert not hand_over(facts=facts, over=replace(over, expires_at=facts.now), call_id="one")
    assert not hand_over(facts=facts, over=over, call_id="another")
    assert not hand_over(facts=facts, over=over, call_id="")
    assert hand_over(facts=facts, over=over, call_id="one")
    assert Grant.objects.filter(sid=app.pk, revoked_at=None).count() == 1
    assert not hand_over(facts=facts, over=over, call_id="one")


def test_a_key_is_used_once() -> None:
    until = factories.facts().now + timedelta(minutes=1)
    assert use_once(key="a", until=until)
    assert not use_once(key="a", until=until)
    assert use_once(key="b", until=until)
