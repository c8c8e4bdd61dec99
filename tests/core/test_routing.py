"""Which way do we send?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import (
    NIST_800_63B_4,
    SAAS_2026,
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    Method,
    MethodFacts,
    Primary,
)
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.routing import Route, plan, weakest
from tests.core.strategies import policies, primaries, profiles

SMS, WHATSAPP, VOICE, EMAIL = Channel
SMS_A = Route(channel=SMS, provider="a", receipts=True)
SMS_B = Route(channel=SMS, provider="b")
VOICE_A = Route(channel=VOICE, provider="a")
MAIL = Route(channel=EMAIL, provider="smtp")
ROUTES = (MAIL, VOICE_A, SMS_A, SMS_B)
ALL = frozenset(Channel)
routes = st.lists(
    st.builds(
        Route,
        channel=st.sampled_from(Channel),
        provider=st.sampled_from("abc"),
        remote=st.booleans(),
    ),
    max_size=6,
)


def ways(
    policy: Policy,
    *,
    profile: AssuranceProfile = SAAS_2026,
    primary: Primary = Primary.PASSWORD,
    reachable: frozenset[Channel] = ALL,
) -> tuple[Route, ...]:
    return plan(policy=policy, profile=profile, primary=primary, routes=ROUTES, reachable=reachable)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (BASE, (SMS_A, SMS_B, VOICE_A, MAIL)),
        (replace(BASE, preferred_methods=(EMAIL, SMS)), (MAIL, SMS_A, SMS_B)),
        (replace(BASE, allowed_channels=frozenset({VOICE, WHATSAPP})), (VOICE_A,)),
        (replace(BASE, allowed_channels=frozenset()), ()),
        (replace(BASE, required_level=AssuranceLevel.AAL3), ()),
    ],
)
def test_routes_follow_the_policys_channels_then_the_sites_order(
    policy: Policy, expected: tuple[Route, ...]
) -> None:
    assert ways(policy) == expected


def test_a_vendors_own_code_goes_alone_and_only_without_one_of_ours() -> None:
    """C14: two vendors would send two codes."""
    far = Route(channel=SMS, provider="far", remote=True)
    farther = Route(channel=WHATSAPP, provider="farther", remote=True)

    def planned(*known: Route) -> tuple[Route, ...]:
        return plan(
            policy=BASE,
            profile=SAAS_2026,
            primary=Primary.PASSWORD,
            routes=known,
            reachable=ALL,
        )

    assert planned(far, farther, VOICE_A) == (VOICE_A,)
    assert planned(farther, far) == (far,)


def test_a_channel_the_person_has_not_is_left_out() -> None:
    assert ways(BASE, reachable=frozenset({EMAIL})) == (MAIL,)


def test_under_nist_a_code_is_never_mailed() -> None:
    assert ways(BASE, profile=NIST_800_63B_4) == (SMS_A, SMS_B, VOICE_A)


def test_without_a_password_before_it_no_channel_reaches_aal2() -> None:
    assert ways(BASE, primary=Primary.NONE) == ()


@given(
    policy=policies,
    profile=profiles,
    primary=primaries,
    known=routes,
    reachable=st.frozensets(st.sampled_from(Channel)),
)
def test_fallback_never_lowers_a_running_challenge(
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    known: list[Route],
    reachable: frozenset[Channel],
) -> None:
    """Whatever part of the plan was sent over, the weakest of it reaches the asked level."""
    chosen = plan(
        policy=policy, profile=profile, primary=primary, routes=known, reachable=reachable
    )
    channels = [route.channel for route in chosen]
    assert set(channels) <= policy.allowed_channels & reachable
    assert len(chosen) <= 1 or not any(route.remote for route in chosen)
    if channels:
        lowest = weakest(channels, profile=profile, primary=primary)
        worth = profile.worth(MethodFacts(method=Method(lowest.value), primary=primary))
        assert worth is not None
        assert worth >= policy.required_level


@pytest.mark.parametrize(
    ("profile", "channels", "expected"),
    [
        (NIST_800_63B_4, [SMS, EMAIL], EMAIL),
        (NIST_800_63B_4, [EMAIL, VOICE], EMAIL),
        (NIST_800_63B_4, [VOICE], VOICE),
        (SAAS_2026, [SMS, VOICE], SMS),
    ],
)
def test_a_code_counts_as_the_weakest_channel_it_was_sent_over(
    profile: AssuranceProfile, channels: list[Channel], expected: Channel
) -> None:
    assert weakest(channels, profile=profile, primary=Primary.PASSWORD) is expected


def test_a_code_that_was_sent_nowhere_has_no_weakest_channel() -> None:
    with pytest.raises(ValueError, match="empty"):
        weakest([], profile=SAAS_2026, primary=Primary.NONE)
