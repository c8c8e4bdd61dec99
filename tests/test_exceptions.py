"""One tree of errors, each with a stable code."""

from __future__ import annotations

import pytest

from otpguard.core.decision import Deny, Reason
from otpguard.core.reasons import StartReason
from otpguard.core.send_options import USUAL
from otpguard.exceptions import (
    Ask,
    InvalidInput,
    NotAllowed,
    OtpguardError,
    StartRefused,
    StepUpRefused,
    StoreUnavailable,
)

ASK = Ask(checkpoint="api_key", tenant="t", user="u", sid="secret-sid", story="s")
ERRORS = {
    "step_up_refused": StepUpRefused(Deny(reason=Reason.NOT_A_MEMBER), ASK),
    "start_refused": StartRefused(StartReason.CAP_IP, retry_after=60),
    "store_unavailable": StoreUnavailable("no answer"),
    "invalid_input": InvalidInput("name", "Enter a name."),
    "not_allowed": NotAllowed("Ask another admin."),
}


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_hangs_in_the_tree_and_keeps_its_code(code: str) -> None:
    with pytest.raises(OtpguardError) as caught:
        raise ERRORS[code]
    assert caught.value.code == code


def test_an_ask_leaves_its_sending_to_the_policy_unless_it_says_more() -> None:
    assert ASK.send_options is USUAL


def test_a_refusal_carries_the_decision_and_what_was_asked() -> None:
    refused = StepUpRefused(Deny(reason=Reason.NOT_A_MEMBER), ASK)
    assert refused.decision.reason is Reason.NOT_A_MEMBER
    assert refused.ask is ASK
    assert str(refused) == "api_key: Deny (not_a_member)"
    assert "secret-sid" not in str(refused)


def test_a_refused_start_says_why_and_for_how_long() -> None:
    refused = StartRefused(StartReason.CAP_IP, retry_after=60)
    assert (refused.reason, refused.retry_after, str(refused)) == ("cap_ip", 60, "cap_ip")
    assert StartRefused(StartReason.FOREIGN).retry_after == 0


def test_bad_input_names_the_field_that_holds_it() -> None:
    error = InvalidInput("name", "Enter a name.")
    assert (error.field, error.message, str(error)) == (
        "name",
        "Enter a name.",
        "name: Enter a name.",
    )
    whole = InvalidInput("", "Name one of them.")
    assert (whole.field, str(whole)) == ("", "Name one of them.")


def test_what_is_not_allowed_has_a_message_to_be_shown() -> None:
    error = NotAllowed("Ask another admin.")
    assert (str(error), error.message, error.code) == ("Ask another admin.",) * 2 + ("not_allowed",)
    assert {error: "can be kept"}[error]
