"""The kinds that ship keep the contract, and the suite sees who does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.db.models import F

from otpguard.core.assurance import Method
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.secrets import same
from otpguard.core.shipped_kinds import BY_PASSKEY
from otpguard.core.totp import code_at, step_at
from otpguard.factors import passkey_rows, recovery, totp
from otpguard.factors.base import FactorDriver, Given, Missed, Shown
from otpguard.flows.delivery.message import code_of
from otpguard.models import Challenge, Factor, Grant
from otpguard.models.factor import FACTORS
from otpguard.testing import send_queued
from otpguard.testing.factor_contract import FactorContract
from tests.authenticator import Authenticator
from tests.flows.setting import wrong

NUMBERS = iter(range(1_000, 10_000))


@pytest.mark.django_db(transaction=True)
class TestPhone(FactorContract):
    slug = "phone"

    def filled_in(self) -> dict[str, Any]:
        return {"number": parse_phone(f"+1201555{next(NUMBERS)}", region="US")}

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        send_queued()
        return code_of(challenge).digits

    def wrong_answer(self, challenge: Challenge, factor: Factor) -> str:
        return wrong(code_of(challenge).digits)


@pytest.mark.django_db(transaction=True)
class TestTotp(FactorContract):
    slug = "totp"

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        seed = totp.seed_of(factor)
        return code_at(seed, step_at(seed, now)).digits


@pytest.mark.django_db(transaction=True)
class TestPasskey(FactorContract):
    slug = "passkey"
    keys: ClassVar[dict[str, Authenticator]] = {}

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        key = self.keys.setdefault(str(factor.pk), Authenticator(origin="http://testserver"))
        options = passkey_rows.options_of(challenge)
        return json.dumps(key.create(options) if challenge.enrolls else key.get(options))

    def wrong_answer(self, challenge: Challenge, factor: Factor) -> str:
        return "{}"


@pytest.mark.django_db(transaction=True)
class TestRecovery(FactorContract):
    slug = "recovery"
    codes: ClassVar[dict[str, list[str]]] = {}

    def enrolled(self, facts: RequestFacts) -> Factor:
        factor = recovery.build(user_id=facts.user)
        factor.save()
        self.codes[str(factor.pk)] = list(recovery.replace_codes(factor))
        return FACTORS.get(pk=factor.pk)

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        return self.codes[str(factor.pk)][0]


def foreign(slug: str) -> FactorKind:
    method = Method.only(slug, label=slug, shown="Your card")
    return FactorKind(slug=slug, label=slug, how="how", why="why", methods=(method,))


class Plain(FactorDriver):
    """One word as the secret, and nothing wrong with it."""

    kind = foreign("plain")

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        return Factor(
            user_id=facts.user, kind=self.kind.slug, name=given["name"], secret=uuid4().hex
        )

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        if not same(given, factor.secret.reveal()):
            return Missed()
        return Shown(method=self.kind.methods[0], spend=lambda: True)


class Lax(Plain):
    """Takes whatever it is told."""

    kind = foreign("lax")

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        return Shown(method=self.kind.methods[0], spend=lambda: True)


class Brittle(Plain):
    """Believes that answers are numbers, or the right word."""

    kind = foreign("brittle")

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        shown = super().verify(challenge, factor, given, now=now)
        return shown if isinstance(shown, Shown) or int(given) >= 0 else Missed()


class Chatty(Plain):
    """Tells of its word."""

    kind = foreign("chatty")

    def hint_of(self, factor: Factor, /) -> str:
        return factor.secret.reveal()


class Busy(Plain):
    """Writes while it verifies."""

    kind = foreign("busy")

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        FACTORS.filter(pk=factor.pk).update(last_step=F("last_step") + 1)
        return super().verify(challenge, factor, given, now=now)


class Boasting(Plain):
    """Says that a passkey was shown."""

    kind = foreign("boasting")

    def verify(
        self, challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        shown = super().verify(challenge, factor, given, now=now)
        flags = {"method": BY_PASSKEY, "user_verified": True, "attested": True}
        return replace(shown, **flags) if isinstance(shown, Shown) else shown


def suite_of(driver: type[FactorDriver], settings: Any) -> FactorContract:
    """The suite of a kind from outside, which is installed for it."""
    entry = {"BACKEND": f"{__name__}.{driver.__name__}"}
    settings.OTPGUARD = {**settings.OTPGUARD, "FACTOR_KINDS": {driver.kind.slug: entry}}

    class Suite(FactorContract):
        slug = driver.kind.slug

        def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
            return factor.secret.reveal()

    return Suite()


SENTENCES = [name for name in dir(FactorContract) if name.startswith("test_")]


def holds(suite: FactorContract, sentence: str) -> bool:
    try:
        getattr(suite, sentence)()
    except Exception:  # noqa: BLE001 (whatever it is, the sentence does not hold)
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_a_plain_kind_from_outside_keeps_the_contract_with_the_defaults(settings: Any) -> None:
    suite = suite_of(Plain, settings)
    assert [sentence for sentence in SENTENCES if not holds(suite, sentence)] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("driver", "sentence"),
    [
        (Lax, "test_a_wrong_answer_confirms_nothing"),
        (Lax, "test_a_wrong_answer_proves_nothing_and_counts_where_it_may_be_a_guess"),
        (Lax, "test_whatever_is_sent_it_answers_and_never_raises"),
        (Brittle, "test_whatever_is_sent_it_answers_and_never_raises"),
        (Chatty, "test_what_is_shown_of_it_holds_no_secret"),
        (Busy, "test_verifying_writes_nothing"),
        (Boasting, "test_the_right_answer_confirms_a_new_factor"),
    ],
)
def test_the_suite_sees_a_kind_that_breaks_it(
    driver: type[FactorDriver], sentence: str, settings: Any
) -> None:
    assert not holds(suite_of(driver, settings), sentence)


@pytest.mark.django_db(transaction=True)
def test_what_says_that_another_kind_was_shown_proves_nothing(settings: Any) -> None:
    suite = suite_of(Boasting, settings)
    with pytest.raises(ValueError, match="boasting cannot show passkey"):
        suite.enrolled(suite.somebody())
    assert not Grant.objects.exists()
