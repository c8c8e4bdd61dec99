"""Which way do we send?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

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
from otpguard.core.route import (
    Drop,
    Resting,
    Situation,
    Switch,
    demanded_papers,
    demanded_regions,
)
from otpguard.core.routing import Route, explain, plan, weakest
from tests.core.strategies import NOW, policies, primaries, profiles

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
    known: Sequence[Route] = ROUTES,
    situation: Situation = Situation(),  # noqa: B008 (frozen)
) -> tuple[Route, ...]:
    return plan(
        policy=policy,
        profile=profile,
        primary=primary,
        routes=known,
        reachable=reachable,
        situation=situation,
    )


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


TODAY = NOW.date()
days = st.sampled_from([None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1)])
some_papers = st.dictionaries(st.sampled_from(["BAA", "PCI", "DPA"]), days).map(
    lambda papers: tuple(sorted(papers.items(), key=lambda paper: paper[0]))
)
countries = st.sampled_from(["", "US", "DE"])
full_routes = st.lists(
    st.builds(
        Route,
        channel=st.sampled_from(Channel),
        provider=st.sampled_from("abc"),
        remote=st.booleans(),
        countries=st.frozensets(st.sampled_from(["US", "DE"])),
        tenants=st.frozensets(st.sampled_from(["acme", "other"])),
        regions=st.frozensets(st.sampled_from(["US", "EU"])),
        papers=some_papers,
        priority=st.integers(0, 2),
        cost_micros=st.integers(0, 2),
    ),
    max_size=6,
)
situations = st.builds(
    Situation,
    country=countries,
    tenant=st.sampled_from(["", "acme"]),
    region=st.sampled_from(["US", "EU"]),
    tags=st.frozensets(
        st.sampled_from(["health", "payments", "EU", "US-only", "EU-only", "residency", "vip"]),
        max_size=2,
    ),
    day=st.just(TODAY),
    resting=st.frozensets(
        st.builds(
            Resting,
            provider=st.sampled_from("abc"),
            channel=st.sampled_from([channel.value for channel in Channel]),
            country=countries,
        ),
        max_size=2,
    ),
    switches=st.lists(
        st.builds(
            Switch,
            provider=st.sampled_from(["a", "b"]),
            channel=st.sampled_from(["", "sms", "email"]),
            country=countries,
        ),
        max_size=1,
    ).map(tuple),
    senders=st.dictionaries(st.sampled_from("abc"), st.booleans()),
    unproven=st.booleans(),
)


def is_good(route: Route, paper: str, day: date) -> bool:
    return any(name == paper and (until is None or until >= day) for name, until in route.papers)


@given(policy=policies, known=full_routes, here=situations)
def test_no_code_goes_without_the_paper_or_residency_demanded(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    for route in ways(policy, known=known, situation=here):
        for paper in demanded_papers(here.tags):
            assert is_good(route, paper, TODAY)
        for region in demanded_regions(here.tags, here.region):
            assert route.regions == {region}


@given(policy=policies, known=full_routes, here=situations)
def test_no_code_goes_by_a_route_that_rests_or_is_switched_off(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    for route in ways(policy, known=known, situation=here):
        country = "" if route.channel is EMAIL else here.country
        for rest in here.resting:
            same = (rest.provider, rest.channel) == (route.provider, route.channel)
            assert not (same and rest.country in {"", country})
        assert not any(switch.covers(route, country) for switch in here.switches)
        assert route.channel is not WHATSAPP or here.senders.get(route.provider, True)


@given(policy=policies, known=full_routes, here=situations, more=some_papers)
def test_more_papers_never_lose_a_route(
    policy: Policy, known: list[Route], here: Situation, more: tuple[tuple[str, date | None], ...]
) -> None:
    """Own-code routes: a plan with more of them may drop a remote one, which is not lost."""
    own = [replace(route, remote=False) for route in known]
    before = {(r.channel, r.provider) for r in ways(policy, known=own, situation=here)}
    richer = [replace(route, papers=(*route.papers, *more)) for route in own]
    after = {(r.channel, r.provider) for r in ways(policy, known=richer, situation=here)}
    assert before <= after


@given(profile=profiles, primary=primaries, known=full_routes, here=situations)
def test_nothing_that_is_sent_serves_aal3(
    profile: AssuranceProfile, primary: Primary, known: list[Route], here: Situation
) -> None:
    policy = replace(BASE, required_level=AssuranceLevel.AAL3)
    assert ways(policy, profile=profile, primary=primary, known=known, situation=here) == ()


@given(policy=policies, known=full_routes, here=situations)
def test_a_plan_is_of_one_piece(policy: Policy, known: list[Route], here: Situation) -> None:
    """C14: own codes only, or one remote route alone; and each way once."""
    chosen = ways(policy, known=known, situation=here)
    assert len(chosen) == 1 or not any(route.remote for route in chosen)
    assert len({(route.channel, route.provider) for route in chosen}) == len(chosen)


@given(policy=policies, known=full_routes, here=situations)
def test_every_route_is_explained_and_the_plan_comes_first(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    verdicts = explain(
        policy=policy,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=known,
        reachable=ALL,
        situation=here,
    )
    chosen = ways(policy, known=known, situation=here)
    assert tuple(verdict.route for verdict in verdicts[: len(chosen)]) == chosen
    assert all(verdict.drop is not None for verdict in verdicts[len(chosen) :])
    assert {verdict.route for verdict in verdicts} == set(known)


def test_within_a_channel_priority_comes_before_cost_and_cost_before_order() -> None:
    first, cheap, dear = (
        Route(channel=SMS, provider="first", priority=0, cost_micros=9),
        Route(channel=SMS, provider="cheap", priority=1, cost_micros=1),
        Route(channel=SMS, provider="dear", priority=1, cost_micros=2),
    )
    assert ways(BASE, known=[dear, cheap, first]) == (first, cheap, dear)


def test_a_remote_route_serves_alone_and_only_where_no_own_code_reaches_the_number() -> None:
    remote = replace(SMS_B, remote=True)
    assert ways(BASE, known=[remote, VOICE_A, MAIL]) == (VOICE_A, MAIL)
    assert ways(BASE, known=[remote, replace(VOICE_A, remote=True), MAIL]) == (remote,)
    mail_first = replace(BASE, preferred_methods=(EMAIL, SMS))
    assert ways(mail_first, known=[remote, MAIL]) == (MAIL,)


def test_a_call_comes_last_to_a_number_that_was_never_proven() -> None:
    """A5: it costs most, so it is left to a click."""
    policy = replace(BASE, preferred_methods=(VOICE, SMS))
    assert ways(policy, situation=Situation(unproven=True)) == (SMS_A, SMS_B, VOICE_A)
    assert ways(policy) == (VOICE_A, SMS_A, SMS_B)


def test_a_dropped_route_says_what_is_missing_and_a_vendors_sender_is_flagged() -> None:
    route = Route(channel=WHATSAPP, provider="w")
    here = Situation(tags=frozenset({"health"}), day=TODAY)
    [verdict] = explain(
        policy=BASE,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=[route],
        reachable=ALL,
        situation=here,
    )
    assert (verdict.drop, verdict.detail, verdict.generic) == (Drop.PAPER, "BAA", True)
