"""The facts of a kind fit each other, or there is no such kind."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.assurance import Channel, Method
from otpguard.core.factor_kind import SLUG_LENGTH, FactorKind, FactorKindError, is_slug
from otpguard.core.shipped_kinds import BY_APP, BY_SMS, BY_TOKEN, PASSKEY, PHONE, TOTP


def stated(slug: str = "card", **more: Any) -> FactorKind:
    more.setdefault("methods", (Method.only(slug, label="Card", shown="Your card"),))
    return FactorKind(slug=slug, label="Card", how="how", why="why", **more)


@pytest.mark.parametrize("slug", ["card", "paper_list", "u2f", "x" * SLUG_LENGTH])
def test_a_slug_is_a_short_word_in_small_letters(slug: str) -> None:
    assert is_slug(slug)
    assert str(stated(slug)) == slug


@pytest.mark.parametrize("slug", ["", "Card", "2fa", "a-b", "a b", "_a", "x" * (SLUG_LENGTH + 1)])
def test_any_other_slug_is_refused(slug: str) -> None:
    assert not is_slug(slug)
    with pytest.raises(FactorKindError, match="not a name for a factor kind"):
        stated(slug)


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        ((), "no method"),
        ((BY_SMS,), "a method of another kind"),
        (2 * (Method.only("card", label="Card", shown="Your card"),), "a method twice"),
    ],
)
def test_methods_that_do_not_fit_are_refused(methods: tuple[Method, ...], message: str) -> None:
    with pytest.raises(FactorKindError, match=message):
        stated(methods=methods)


def test_a_kind_from_outside_is_careful_unless_it_states_otherwise() -> None:
    kind = stated()
    assert kind.waits_beside_others
    assert kind.is_guessable
    assert not kind.phishing_resistant
    assert not kind.has_webauthn_flags
    assert kind.rank > TOTP.rank
    assert not stated(phishing_resistant=True).is_guessable


def test_kinds_are_the_same_by_their_slug() -> None:
    assert stated() == stated(rank=1)
    assert len({stated(), stated(rank=1), PHONE}) == 2


def test_hardware_tokens_have_methods_of_their_own() -> None:
    assert TOTP.methods_of(hardware=False) == (BY_APP,)
    assert TOTP.methods_of(hardware=True) == (BY_TOKEN,)
    assert PASSKEY.methods_of(hardware=True) == PASSKEY.methods


def test_a_code_proves_the_method_of_its_channel() -> None:
    assert PHONE.method_over(Channel.SMS) is BY_SMS
    with pytest.raises(LookupError, match="totp takes no code by sms"):
        TOTP.method_over(Channel.SMS)
