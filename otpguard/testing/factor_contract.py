"""What every kind of factor must do: a test suite for kinds of hosts, which ours pass as well.

    @pytest.mark.django_db(transaction=True)
    class TestPaperGrid(FactorContract):
        slug = "paper_grid"

        def right_answer(self, challenge, factor, *, now): ...

With Django's runner, inherit from `FactorContract` and `TransactionTestCase`. The kind must stand
in FACTOR_KINDS of the test settings; policies play no part here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.template.loader import get_template
from django.utils import timezone

from otpguard.conf import factor_kinds
from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.exceptions import Ask
from otpguard.factors.base import Beginning, FactorDriver, Missed, Shown
from otpguard.factors.catalog import drivers
from otpguard.flows.challenge.answer import Answer, Rejected, Verified, answer_challenge
from otpguard.flows.challenge.open import open_challenge
from otpguard.flows.route.plan import phone_routes
from otpguard.forms.of_kind import form_of
from otpguard.models import Challenge, Event, Factor, FactorLane, LoginSession
from otpguard.models.factor import FACTORS

HOSTILE = ("", " ", "0", "\x00", "{}", "[]", '{"id": 1}', "٣" * 6, "🔑", "\udcff", "x" * 10_000)
"""Malformed and hostile answers."""

_number = count(1)


class FactorContract:
    """The suite. Say `slug` and `right_answer`; the other hooks have a default."""

    slug: str
    """The kind, as FACTOR_KINDS names it."""

    def right_answer(self, challenge: Challenge, factor: Factor, *, now: datetime) -> str:
        """What the holder of `factor` answers to `challenge`, which may confirm it first."""
        raise NotImplementedError

    def wrong_answer(self, _challenge: Challenge, _factor: Factor) -> str:
        """A well-formed answer that is not right."""
        return "000000"

    def filled_in(self) -> dict[str, Any]:
        """What the enrollment form of the kind reads, as `build` is given it."""
        return {"name": "Mine"}

    def make_user(self, name: str) -> Any:
        """A person."""
        model: Any = get_user_model()
        return model.objects.create_user(**{model.USERNAME_FIELD: name})

    def enrolled(self, facts: RequestFacts) -> Factor:
        """A confirmed factor of the person of `facts`, made as people make it."""
        challenge = self.enrolling(facts)
        given = self.right_answer(challenge, _factor(challenge), now=facts.now)
        assert isinstance(answer(facts, challenge, given), Verified), "it cannot be enrolled"
        return FACTORS.get(pk=_factor(challenge).pk)

    # --- its facts -----------------------------------------------------------------------------

    def test_it_is_installed_under_the_name_that_it_states(self) -> None:
        assert self.driver.kind.slug == self.slug
        assert factor_kinds()[self.slug] is self.driver.kind

    def test_it_says_in_words_what_it_is_and_what_it_shows(self) -> None:
        kind = self.driver.kind
        assert kind.label
        assert kind.how
        assert kind.why or kind.enroll_order is None
        for method in kind.methods:
            assert method.label
            assert method.shown

    def test_its_pages_and_forms_are_there(self) -> None:
        get_template(self.driver.challenge_template)
        get_template(self.driver.enrollment_template)
        assert list(form_of(self.driver.answer_form).base_fields) == ["code"]
        assert form_of(self.driver.enrollment_form).base_fields

    # --- enrolling -----------------------------------------------------------------------------

    def test_a_new_factor_is_of_its_person_and_neither_saved_nor_confirmed(self) -> None:
        if self.is_enrolled_alone:
            facts = self.somebody()
            new = self.driver.build(facts, self.filled_in())
            assert (str(new.user_id), new.kind, new.confirmed) == (facts.user, self.slug, False)
            assert new._state.adding, "build() must not save"  # noqa: SLF001 (Django's own)

    def test_the_right_answer_confirms_a_new_factor(self) -> None:
        if self.is_enrolled_alone:
            assert self.enrolled(self.somebody()).confirmed

    def test_a_wrong_answer_confirms_nothing(self) -> None:
        if self.is_enrolled_alone:
            facts = self.somebody()
            challenge = self.enrolling(facts)
            given = self.wrong_answer(challenge, _factor(challenge))
            assert isinstance(answer(facts, challenge, given), Rejected)
            assert not FACTORS.get(pk=_factor(challenge).pk).confirmed

    # --- proving -------------------------------------------------------------------------------

    def test_the_right_answer_proves_it_by_one_of_its_methods(self) -> None:
        facts, challenge = self.proving()
        shown = answer(facts, challenge, self.right(facts, challenge))
        assert isinstance(shown, Verified)
        assert shown.grant is not None
        assert shown.grant.facts["method"] in {each.slug for each in self.driver.kind.methods}

    def test_an_answer_is_taken_once(self) -> None:
        facts, challenge = self.proving()
        given = self.right(facts, challenge)
        assert isinstance(answer(facts, challenge, given), Verified)
        assert isinstance(answer(facts, challenge, given), Rejected)

    def test_a_wrong_answer_proves_nothing_and_counts_where_it_may_be_a_guess(self) -> None:
        facts, challenge = self.proving()
        given = self.wrong_answer(challenge, _factor(challenge))
        assert isinstance(answer(facts, challenge, given), Rejected)
        counted = FactorLane.objects.filter(factor=challenge.factor_id, failures=1).exists()
        assert counted == self.driver.kind.is_guessable

    def test_the_answer_of_one_person_proves_nothing_of_another(self) -> None:
        theirs, challenge = self.proving()
        facts, mine = self.proving()
        assert isinstance(answer(facts, mine, self.right(theirs, challenge)), Rejected)

    def test_whatever_is_sent_it_answers_and_never_raises(self) -> None:
        facts, challenge = self.proving()
        for given in HOSTILE:
            shown = self.driver.verify(challenge, _factor(challenge), given, now=facts.now)
            assert isinstance(shown, Missed), given

    def test_verifying_writes_nothing(self) -> None:
        facts, challenge = self.proving()
        factor = _factor(challenge)
        before = _columns(factor), _columns(challenge)
        for given in (self.right(facts, challenge), self.wrong_answer(challenge, factor)):
            shown = self.driver.verify(challenge, factor, given, now=facts.now)
            assert isinstance(shown, Shown | Missed)
            assert (_columns(factor), _columns(challenge)) == before

    # --- keeping secrets -----------------------------------------------------------------------

    def test_what_is_shown_of_it_holds_no_secret(self) -> None:
        facts, challenge = self.proving()
        factor = _factor(challenge)
        shown = [
            str(factor),
            factor.name,
            str(self.driver.label_of(factor)),
            self.driver.hint_of(factor),
            str([(str(what), how) for what, how in self.driver.details_of(factor)]),
            str(dict(self.driver.page_context(challenge))),
        ]
        for secret in self.secrets_of(factor):
            assert not [text for text in shown if secret in text]
        assert facts.user

    def test_the_log_holds_neither_its_secret_nor_an_answer(self) -> None:
        facts, challenge = self.proving()
        given = self.right(facts, challenge)
        answer(facts, challenge, self.wrong_answer(challenge, _factor(challenge)))
        answer(facts, challenge, given)
        bodies = list(Event.objects.values_list("body", flat=True))
        assert bodies
        for secret in self.secrets_of(_factor(challenge)):
            assert not [body for body in bodies if secret in body]
        assert given not in {text for body in bodies for text in _texts(json.loads(body))}

    # --- what the tests above start from -------------------------------------------------------

    @property
    def driver(self) -> FactorDriver:
        """The driver under test."""
        return drivers()[self.slug]

    @property
    def is_enrolled_alone(self) -> bool:
        """False for a kind that only others can give, and for one that cannot be enrolled."""
        return self.driver.kind.enroll_order is not None

    def somebody(self) -> RequestFacts:
        """The facts of a request by a person of their own, logged in by password just now."""
        number, now = next(_number), timezone.now()
        user = self.make_user(f"contract-{number}")
        session = LoginSession.objects.create(
            user=user,
            sid=f"contract-{number}",
            primary=Primary.PASSWORD.value,
            authenticated_at=now,
        )
        return RequestFacts(
            now=now,
            user=str(user.pk),
            sid=session.sid,
            primary=Primary.PASSWORD,
            authenticated_at=now,
            host="testserver",
            method="POST",
            client_ip=f"203.0.113.{number % 250}",
        )

    def enrolling(self, facts: RequestFacts) -> Challenge:
        """An open challenge that confirms a new factor."""
        factor = self.driver.build(facts, self.filled_in())
        factor.save()
        factor.refresh_from_db()
        begun = Beginning(facts=facts, factor=factor, policy=self._policy)
        return self._open(facts, factor, kept=self.driver.begin_enrollment(begun))

    def proving(self) -> tuple[RequestFacts, Challenge]:
        """Somebody with a confirmed factor of the kind, and an open challenge of it."""
        facts = self.somebody()
        factor = self.enrolled(facts)
        facts = replace(facts, now=facts.now + timedelta(minutes=2))
        begun = Beginning(
            facts=facts, factor=factor, policy=self._policy, accepted=(str(factor.pk),)
        )
        return facts, self._open(facts, factor, kept=self.driver.begin_proof(begun))

    def right(self, facts: RequestFacts, challenge: Challenge) -> str:
        """The right answer to a challenge, now."""
        return self.right_answer(challenge, _factor(challenge), now=facts.now)

    def secrets_of(self, factor: Factor) -> list[str]:
        """What must not appear anywhere: the secret of the row, unless it is too short to search
        for."""
        secret = factor.secret.reveal() if factor.secret else ""
        return [secret] if len(secret) >= 6 else []

    @property
    def _policy(self) -> Policy:
        return replace(
            BASE,
            required_level=AssuranceLevel.AAL1,
            allowed_factors=frozenset({self.slug}),
        )

    def _open(self, facts: RequestFacts, factor: Factor, *, kept: str) -> Challenge:
        sends = self.driver.kind.sends_codes
        challenge = open_challenge(
            facts=facts,
            ask=Ask(
                checkpoint="security_settings",
                tenant="",
                user=facts.user,
                sid=facts.sid,
                story=str(uuid4()),
            ),
            factor=factor,
            policy=self._policy,
            tenant=None,
            routes=phone_routes(facts, factor, self._policy, None) if sends else (),
            kept=kept,
        )
        return Challenge.objects.select_related("factor", "user").get(pk=challenge.pk)


def answer(facts: RequestFacts, challenge: Challenge, given: str) -> Answer:
    """Give one answer, as the page of the challenge does."""
    return answer_challenge(facts=facts, challenge_id=challenge.pk, given=given)


def _factor(challenge: Challenge) -> Factor:
    assert challenge.factor is not None
    return challenge.factor


def _columns(row: Any) -> dict[str, Any]:
    found: dict[str, Any] = type(row)._default_manager.filter(pk=row.pk).values().get()  # noqa: SLF001 (Django's own)
    return {name: str(value) for name, value in found.items()}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
