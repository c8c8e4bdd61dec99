"""A confirmed number whose SIM card was changed gets no code where it matters; a recycled one
gets none at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.assurance import Channel
from otpguard.core.pumping.intel.number_report import IntelFact, NumberReport
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.challenge.start import lately as refused_lately
from otpguard.flows.pumping.intel.owned_number import WITH_THE_SIM, lately, withheld_channels
from otpguard.intel.number import NoAnswer
from otpguard.models import Challenge, Event, Factor, Membership
from tests import factories
from tests.flows.setting import Stopped, stopped
from tests.intel.made_vendor import ASKED, SAID, configured
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)

SENSITIVE, ORDINARY = "billing_change", "notes"
NOTES = {"notes": {"LABEL": "Notes", "POLICY": {"required_level": "AAL2"}}}
SWAPPED = NumberReport(swapped=True, reassigned=False)
FINE = NumberReport(swapped=False, reassigned=False)
ALL_CHANNELS = {
    "PROVIDERS": {
        "memory": {
            "BACKEND": "otpguard.channels.providers.memory.Memory",
            "OPTIONS": {"channels": ["sms", "voice", "whatsapp"]},
        }
    }
}


def _clear() -> None:
    SAID.clear()
    ASKED.clear()
    lately.clear()
    refused_lately.clear()


@pytest.fixture(autouse=True)
def _forget(settings: Any) -> Iterator[None]:
    configure(settings)
    _clear()
    yield
    _clear()


def configure(settings: Any, **more: Any) -> None:
    intel = {"NUMBER_INTEL": configured(**more), "CHECKPOINTS": NOTES}
    settings.OTPGUARD = {**settings.OTPGUARD, **intel}


def refusal(who: Stopped) -> object:
    """Why somebody whose account has no e-mail address gets no code."""
    with pytest.raises(StartRefused) as refused:
        who.start(email="")
    return refused.value.reason


def dormant(who: Stopped, days: int = 91) -> None:
    then = timezone.now() - timedelta(days=days)
    Factor.objects.update(created_at=then, last_used_at=None)
    who.factor.refresh_from_db()


def doubted() -> list[Event]:
    return list(Event.objects.filter(kind="phone_number.doubted"))


def test_a_sim_card_that_was_not_changed_changes_nothing() -> None:
    SAID["made"] = FINE
    who = stopped(SENSITIVE)
    assert who.start().plan[0]["channel"] == "sms"
    assert ASKED[-1][1].wanted == {IntelFact.SIM_SWAP}
    assert not doubted()


def test_a_changed_one_gets_no_code_at_a_sensitive_checkpoint() -> None:
    SAID["made"] = SWAPPED
    assert refusal(stopped(SENSITIVE)) is StartReason.SIM_CHANGED
    assert not Challenge.objects.exists()
    assert Event.objects.filter(kind="challenge.refused").count() == 1
    (event,) = doubted()
    assert '"finding":"sim_swapped"' in event.body.replace(" ", "")
    assert "+1" not in event.body


def test_no_channel_that_goes_with_the_sim_card_is_left(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, **ALL_CHANNELS}
    SAID["made"] = SWAPPED
    assert {Channel.SMS, Channel.VOICE} <= WITH_THE_SIM
    assert refusal(stopped(SENSITIVE)) is StartReason.SIM_CHANGED


@pytest.mark.parametrize("checkpoint", ["factor_change", "security_settings"])
def test_nor_where_it_leads_to_all_others(checkpoint: str) -> None:
    SAID["made"] = SWAPPED
    assert refusal(stopped(checkpoint)) is StartReason.SIM_CHANGED


def test_the_bound_mailbox_is_left_where_the_policy_has_it() -> None:
    SAID["made"] = SWAPPED
    plan = stopped(SENSITIVE).start().plan
    assert [step["channel"] for step in plan] == ["email"]


@pytest.mark.parametrize("checkpoint", ["login", ORDINARY])
@pytest.mark.parametrize("role", ["member", "owner"])
def test_nor_anywhere_else_whoever_asks(checkpoint: str, role: str) -> None:
    # A proof that was given there would serve at a sensitive checkpoint as well.
    SAID["made"] = SWAPPED
    who = stopped(checkpoint)
    Membership.objects.update(roles=[role])
    assert withheld_channels(who.facts, who.ask, who.factor) == WITH_THE_SIM
    assert ASKED[-1][1].wanted == {IntelFact.SIM_SWAP}


def test_elsewhere_what_is_unknown_decides_nothing(settings: Any) -> None:
    configure(settings, SIM_SWAP_UNKNOWN="another_factor")
    SAID["made"] = NoAnswer(reason="slow")
    assert stopped(ORDINARY).start().plan[0]["channel"] == "sms"
    assert not doubted()


def test_without_a_store_no_code_goes_out() -> None:
    SAID["made"] = SWAPPED
    who = stopped(ORDINARY)
    with store_down(), pytest.raises(StoreUnavailable):
        withheld_channels(who.facts, who.ask, who.factor)


def test_another_factor_still_confirms() -> None:
    SAID["made"] = SWAPPED
    who = stopped(SENSITIVE)
    app = factories.totp_factor(who.member.user)
    who.factor = app
    assert who.start().state == "open"
    assert ASKED == []


def test_what_is_unknown_is_recorded_and_passes() -> None:
    SAID["made"] = NoAnswer(reason="slow")
    assert stopped(SENSITIVE).start().plan
    (event,) = doubted()
    told = event.body.replace(" ", "")
    assert '"finding":"sim_swap_unknown"' in told
    assert '"withheld":false' in told


def test_what_is_unknown_asks_for_another_factor_if_the_site_says_so(settings: Any) -> None:
    configure(settings, SIM_SWAP_UNKNOWN="another_factor")
    SAID["made"] = NoAnswer(reason="slow")
    assert refusal(stopped(SENSITIVE)) is StartReason.SIM_CHANGED
    assert '"withheld":true' in doubted()[0].body.replace(" ", "")


def test_a_number_that_nobody_has_used_for_long_is_asked_for_a_new_owner() -> None:
    SAID["made"] = FINE
    who = stopped(ORDINARY)
    dormant(who)
    who.start()
    (asked,) = (query for _name, query in ASKED)
    assert asked.wanted == {IntelFact.SIM_SWAP, IntelFact.REASSIGNED}
    assert asked.verified_on == who.factor.created_at.date()


def test_one_that_was_used_lately_is_not() -> None:
    SAID["made"] = NumberReport(reassigned=True)
    who = stopped(ORDINARY)
    dormant(who)
    Factor.objects.update(last_used_at=timezone.now() - timedelta(days=89))
    assert who.start().plan
    assert [query.wanted for _name, query in ASKED] == [{IntelFact.SIM_SWAP}]


def test_a_number_with_a_new_owner_gets_no_code_anywhere() -> None:
    SAID["made"] = NumberReport(reassigned=True)
    who = stopped(ORDINARY)
    dormant(who)
    assert refusal(who) is StartReason.NUMBER_REASSIGNED
    assert '"finding":"reassigned"' in doubted()[0].body.replace(" ", "")


def test_whether_it_has_one_is_never_guessed(settings: Any) -> None:
    configure(settings, SIM_SWAP_UNKNOWN="another_factor")
    who = stopped(ORDINARY)
    dormant(who)
    assert who.start().plan
    assert not doubted()


def test_repeats_are_one_event() -> None:
    SAID["made"] = SWAPPED
    who = stopped(SENSITIVE)
    for _ in range(3):
        assert refusal(who) is StartReason.SIM_CHANGED
    assert len(doubted()) == 1


def test_without_vendors_nothing_is_read(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": {}}
    who = stopped(SENSITIVE)
    with store_down():
        assert withheld_channels(who.facts, who.ask, who.factor) == frozenset()


def test_an_unconfirmed_factor_is_the_other_layers_business() -> None:
    SAID["made"] = SWAPPED
    who = stopped(SENSITIVE)
    who.factor.confirmed = False
    assert withheld_channels(who.facts, who.ask, who.factor) == frozenset()
    assert ASKED == []


def test_without_the_database_no_code_goes_out() -> None:
    who = stopped(SENSITIVE)
    with store_down(), pytest.raises(StoreUnavailable):
        withheld_channels(who.facts, who.ask, who.factor)
