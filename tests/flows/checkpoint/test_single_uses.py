"""A kept form and the proof that it waited for are used up together, or not at all (E1 1.12)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.assurance import Primary
from otpguard.core.decision import Deny, Reason
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.checkpoint.guard import IntentSource, Passed, give_back, require
from otpguard.flows.checkpoint.kept_form import SentForm, is_used, keep_form
from otpguard.models import Event, Grant, KeptForm, Membership
from tests import factories
from tests.pausing import every_meeting

pytestmark = pytest.mark.django_db(transaction=True)

INTENT = "f" * 64
PATH = "/roles/bob/"


class Sender:
    """Somebody with a bound proof and the form that it is for."""

    def __init__(self) -> None:
        self.member: Membership = factories.member(factories.tenant(), roles=["admin"])
        user, tenant = self.member.user, self.member.tenant
        factories.phone_factor(user)
        sid = factories.session(user).sid
        self.facts = factories.facts(user, tenant, sid=sid, primary=Primary.PASSWORD)
        self.grant: Grant = factories.grant(user, tenant, sid=sid, intent=INTENT, uses_left=1)
        self.form = self.keep()

    def keep(self, path: str = PATH) -> SentForm:
        """Keep a form that was refused at `path`."""
        facts = replace(self.facts, now=timezone.now())
        ask = Ask(
            checkpoint="role_grant",
            tenant=facts.tenant,
            user=facts.user,
            sid=facts.sid,
            story=str(self.grant.story),
        )
        kept = keep_form(
            facts=facts, ask=ask, path=path, fields={"role": ["admin"]}, files=[], labels={}
        )
        return SentForm(id=kept, path=path)

    def send(self) -> Passed | Any:
        """Press Continue; the pass, or the decision that refused."""
        source = IntentSource(shallow=lambda: "s" * 64, full=lambda: INTENT)
        facts = replace(self.facts, now=timezone.now())
        try:
            return require(
                facts=facts, checkpoint=checkpoint("role_grant"), intent=source, form=self.form
            )
        except StepUpRefused as refused:
            return refused.decision

    @property
    def uses_left(self) -> int:
        """Of the proof."""
        self.grant.refresh_from_db()
        return int(self.grant.uses_left or 0)

    @property
    def form_is_used(self) -> bool:
        """Whether the form was sent on."""
        return is_used(facts=self.facts, form_id=self.form.id)


@pytest.fixture
def sender() -> Sender:
    return Sender()


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_form_takes_its_use_and_that_of_the_proof(sender: Sender) -> None:
    assert isinstance(sender.send(), Passed)
    assert (sender.uses_left, sender.form_is_used) == (0, True)
    assert kinds() == ["form.kept", "form.continued", "checkpoint.passed"]


@pytest.mark.parametrize("how", ["gone", "elsewhere"])
def test_a_form_that_cannot_be_taken_leaves_the_proof_as_it_was(sender: Sender, how: str) -> None:
    if how == "gone":
        KeptForm.objects.all().delete()
    else:
        sender.form = replace(sender.form, path="/roles/eve/")
    assert sender.send() == Deny(reason=Reason.ALREADY_CONTINUED)
    assert sender.uses_left == 1
    assert kinds()[1:] == ["form.rejected"]


def test_a_proof_that_cannot_be_spent_leaves_the_form_as_it_was(sender: Sender) -> None:
    def spent_meanwhile() -> None:
        Grant.objects.update(uses_left=0)

    # Held after the guard's own statement: it has seen a use that is gone when it comes to it.
    for meeting, seen in every_meeting(lambda: ((s := Sender()).send, spent_meanwhile, s)):
        passed = isinstance(meeting.held.result, Passed)
        assert seen.form_is_used is passed, meeting.where
        assert (meeting.held.error, meeting.other.error) == (None, None)


def test_both_uses_come_back_from_a_view_that_failed(sender: Sender) -> None:
    passed = sender.send()
    give_back(grants=[passed.spent], forms=[sender.form.id])
    assert (sender.uses_left, sender.form_is_used) == (1, False)
    assert isinstance(sender.send(), Passed)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_form_that_is_being_sent_is_not_pushed_out_by_others() -> None:
    """Wherever the sender is held while four other forms are stopped: either it has run, or the
    proof is still there."""

    def scene() -> tuple[Any, Any, Sender]:
        sender = Sender()
        return (
            sender.send,
            lambda: [sender.keep(f"/other/{number}/") for number in range(4)],
            sender,
        )

    for meeting, seen in every_meeting(scene):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        ran = isinstance(meeting.held.result, Passed)
        assert seen.uses_left == (0 if ran else 1), meeting.where
        if ran:
            assert seen.form_is_used, meeting.where
