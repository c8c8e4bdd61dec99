"""Which way do we send?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import (
    NIST_800_63B_4,
    SAAS_2026,
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    MethodFacts,
    Primary,
)
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.route import (
    PausedRoute,
    Situation,
    Switch,
    WhyUnused,
    demanded_papers,
    demanded_regions,
)
from otpguard.core.routing import Route, explain_routes, plan_routes, weakest
from tests.core.strategies import NOW, policies, primaries, profiles

SMS, WHATSAPP, VOICE, EMAIL = Channel
SMS_A = Route(channel=SMS, provider="a", receipts=True)
SMS_B = Route(channel=SMS, provider="b")
VOICE_A = Route(channel=VOICE, provider="a")
EMAIL_A = Route(channel=EMAIL, provider="smtp")
ROUTES = (EMAIL_A, VOICE_A, SMS_A, SMS_B)
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
    return plan_routes(
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
        (BASE, (SMS_A, SMS_B, VOICE_A, EMAIL_A)),
        (replace(BASE, preferred_methods=(EMAIL, SMS)), (EMAIL_A, SMS_A, SMS_B)),
        (replace(BASE, allowed_channels=frozenset({VOICE, WHATSAPP})), (VOICE_A,)),
        (replace(BASE, allowed_channels=frozenset()), ()),
        (replace(BASE, required_level=AssuranceLevel.AAL3), ()),
    ],
)
def test_routes_follow_the_policys_channels_then_the_sites_order(
    policy: Policy, expected: tuple[Route, ...]
) -> None:
    assert ways(policy) == expected


def test_the_numbers_country_decides_the_order_where_the_policy_names_it() -> None:
    policy = replace(BASE, preferred_methods_by_country=(("DE", (VOICE, SMS)), ("IN", (EMAIL,))))
    assert ways(policy, situation=Situation(country="DE")) == (VOICE_A, SMS_A, SMS_B)
    assert ways(policy, situation=Situation(country="IN")) == (EMAIL_A,)
    for country in ("US", ""):
        elsewhere = ways(policy, situation=Situation(country=country))
        assert elsewhere == (SMS_A, SMS_B, VOICE_A, EMAIL_A)


def test_an_order_of_a_country_allows_nothing_that_the_policy_does_not() -> None:
    policy = replace(
        BASE,
        allowed_channels=frozenset({SMS}),
        preferred_methods_by_country=(("DE", (VOICE, SMS)),),
    )
    assert ways(policy, situation=Situation(country="DE")) == (SMS_A, SMS_B)


def test_a_number_that_nobody_proved_is_called_last_whatever_its_country() -> None:
    policy = replace(BASE, preferred_methods_by_country=(("DE", (VOICE, SMS)),))
    unproven = Situation(country="DE", unproven=True)
    assert ways(policy, situation=unproven) == (SMS_A, SMS_B, VOICE_A)


def test_a_plan_mixes_codes_of_vendors_with_ours_in_the_same_order() -> None:
    """C14: the seeds' own set-up is a vendor's text message, then WhatsApp of one's own."""
    far = Route(channel=SMS, provider="far", remote=True)
    own = Route(channel=WHATSAPP, provider="own", own_sender=True)
    farther = Route(channel=VOICE, provider="farther", remote=True)
    assert ways(BASE, known=[EMAIL_A, farther, own, far]) == (far, own, farther, EMAIL_A)
    email_first = replace(BASE, preferred_methods=(EMAIL, VOICE, SMS))
    assert ways(email_first, known=[far, farther, EMAIL_A]) == (EMAIL_A, farther, far)


@pytest.mark.parametrize("digits", [0, 4, 5])
def test_a_vendor_with_short_codes_serves_aal1_alone(digits: int) -> None:
    """NIST SP 800-63B-4, 3.1.3.2. A missed call has no digits that are known."""
    short = Route(channel=SMS, provider="short", remote=True, code_length=digits)
    for level in (AssuranceLevel.AAL1, AssuranceLevel.AAL2):
        policy = replace(BASE, required_level=level)
        serves = level is AssuranceLevel.AAL1
        assert ways(policy, known=[short, VOICE_A]) == ((short,) if serves else ()) + (VOICE_A,)
    [_, choice] = explain_routes(
        policy=BASE,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=[short, VOICE_A],
        reachable=ALL,
    )
    assert (choice.why_unused, choice.detail) == (WhyUnused.SHORT_CODE, "AAL2")


def test_a_channel_the_person_has_not_is_left_out() -> None:
    assert ways(BASE, reachable=frozenset({EMAIL})) == (EMAIL_A,)


def test_under_nist_a_code_is_never_emailed() -> None:
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
    chosen = plan_routes(
        policy=policy, profile=profile, primary=primary, routes=known, reachable=reachable
    )
    channels = [route.channel for route in chosen]
    assert set(channels) <= policy.allowed_channels & reachable
    if channels:
        lowest = weakest(channels, profile=profile, primary=primary)
        worth = profile.worth(
            MethodFacts(method=shipped_kinds.PHONE.method_over(lowest), primary=primary)
        )
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
        code_length=st.sampled_from([0, 4, 6, 8]),
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
    paused=st.frozensets(
        st.builds(
            PausedRoute,
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
        for pause in here.paused:
            same = (pause.provider, pause.channel) == (route.provider, route.channel)
            assert not (same and pause.country in {"", country})
        assert not any(switch.covers(route, country) for switch in here.switches)
        assert route.channel is not WHATSAPP or here.senders.get(route.provider, True)


@given(policy=policies, known=full_routes, here=situations, more=some_papers)
def test_more_papers_never_lose_a_route(
    policy: Policy, known: list[Route], here: Situation, more: tuple[tuple[str, date | None], ...]
) -> None:
    before = {(r.channel, r.provider) for r in ways(policy, known=known, situation=here)}
    richer = [replace(route, papers=(*route.papers, *more)) for route in known]
    after = {(r.channel, r.provider) for r in ways(policy, known=richer, situation=here)}
    assert before <= after


@given(profile=profiles, primary=primaries, known=full_routes, here=situations)
def test_nothing_that_is_sent_serves_aal3(
    profile: AssuranceProfile, primary: Primary, known: list[Route], here: Situation
) -> None:
    policy = replace(BASE, required_level=AssuranceLevel.AAL3)
    assert ways(policy, profile=profile, primary=primary, known=known, situation=here) == ()


@given(policy=policies, known=full_routes, here=situations)
def test_a_plan_has_each_way_once_and_no_short_code_above_aal1(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    chosen = ways(policy, known=known, situation=here)
    assert len({(route.channel, route.provider) for route in chosen}) == len(chosen)
    if policy.required_level > AssuranceLevel.AAL1:
        assert all(route.code_length >= 6 for route in chosen)


@given(policy=policies, known=full_routes, here=situations)
def test_who_makes_the_code_changes_nothing_about_the_order(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    known = [replace(route, code_length=6) for route in known]
    own = [replace(route, remote=False) for route in known]
    planned = ways(policy, known=known, situation=here)
    assert tuple(replace(route, remote=False) for route in planned) == ways(
        policy, known=own, situation=here
    )


@given(policy=policies, known=full_routes, here=situations)
def test_every_route_is_explained_and_the_plan_comes_first(
    policy: Policy, known: list[Route], here: Situation
) -> None:
    choices = explain_routes(
        policy=policy,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=known,
        reachable=ALL,
        situation=here,
    )
    chosen = ways(policy, known=known, situation=here)
    assert tuple(choice.route for choice in choices[: len(chosen)]) == chosen
    assert all(choice.why_unused is not None for choice in choices[len(chosen) :])
    assert {choice.route for choice in choices} == set(known)


def test_within_a_channel_priority_comes_before_cost_and_cost_before_order() -> None:
    first, cheap, dear = (
        Route(channel=SMS, provider="first", priority=0, cost_micros=9),
        Route(channel=SMS, provider="cheap", priority=1, cost_micros=1),
        Route(channel=SMS, provider="dear", priority=1, cost_micros=2),
    )
    assert ways(BASE, known=[dear, cheap, first]) == (first, cheap, dear)


def test_a_call_comes_last_to_a_number_that_was_never_proven() -> None:
    """A5: it costs most, so it is left to a click."""
    policy = replace(BASE, preferred_methods=(VOICE, SMS))
    assert ways(policy, situation=Situation(unproven=True)) == (SMS_A, SMS_B, VOICE_A)
    assert ways(policy) == (VOICE_A, SMS_A, SMS_B)


def test_a_dropped_route_says_what_is_missing_and_a_vendors_sender_is_flagged() -> None:
    route = Route(channel=WHATSAPP, provider="w")
    here = Situation(tags=frozenset({"health"}), day=TODAY)
    [choice] = explain_routes(
        policy=BASE,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=[route],
        reachable=ALL,
        situation=here,
    )
    assert (choice.why_unused, choice.detail, choice.generic) == (WhyUnused.PAPER, "BAA", True)


def waiting(seconds: float, *routes: Route) -> Situation:
    found = {
        PausedRoute(provider=each.provider, channel=each.channel.value): timedelta(seconds=seconds)
        for each in routes
    }
    return Situation(waiting=found)


def test_a_route_whose_vendor_asked_to_wait_is_passed_over_while_there_is_another() -> None:
    assert ways(BASE, situation=waiting(5, SMS_A)) == (SMS_B, VOICE_A, EMAIL_A)
    assert ways(BASE, situation=waiting(5, SMS_A, SMS_B, VOICE_A)) == (EMAIL_A,)


def test_the_only_route_is_waited_for_within_the_life_of_a_code() -> None:
    life = BASE.code_ttl.total_seconds()
    assert ways(BASE, known=[SMS_A], situation=waiting(life - 1, SMS_A)) == (SMS_A,)
    assert ways(BASE, known=[SMS_A], situation=waiting(life, SMS_A)) == ()
    [choice] = explain_routes(
        policy=BASE,
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        routes=[SMS_A],
        reachable=ALL,
        situation=waiting(life, SMS_A),
    )
    assert choice.why_unused is WhyUnused.WAITING
