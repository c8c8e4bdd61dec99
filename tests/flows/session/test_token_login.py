"""A login of an app is found by its own tokens, and follows one refresh token."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core.assurance import Primary
from otpguard.flows.session.token_login import (
    RefreshTokenFacts,
    begin_token_login,
    find_token_login,
    follow_rotation,
    may_refresh,
)
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_is_found_while_it_goes_on() -> None:
    user = factories.user()
    facts = factories.facts(user)
    until = facts.now + timedelta(days=1)
    first = RefreshTokenFacts(jti="1", expires_at=until)
    made = begin_token_login(
        facts=facts, refresh=first, password="hash", backend="b", primary=Primary.PASSWORD
    )

    def found(**other: object) -> object:
        known = {"login_id": str(made.pk), "user": str(user.pk), "passwords": ["hash"]}
        return find_token_login(**{**known, "now": facts.now, **other})

    assert found() == made
    assert found(login_id="nothing") is None
    assert found(user=str(factories.user().pk)) is None
    assert found(passwords=["another"]) is None
    assert found(now=until) is None
    assert follow_rotation(login=made, refresh=RefreshTokenFacts(jti="2", expires_at=until))
    assert not follow_rotation(login=made, refresh=RefreshTokenFacts(jti="3", expires_at=until))
    made.refresh_from_db()
    assert may_refresh(facts=facts, login=made, jti="2")
    assert not may_refresh(facts=facts, login=made, jti="1")
    assert found() is None
