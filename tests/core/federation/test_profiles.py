"""What the profiles name, and what nobody may make them name."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.federation.evidence import Protocol
from otpguard.core.federation.profiles import IDP_PROFILES, NEVER, IdpProfile, StatementPlace

PLACES = st.sampled_from(StatementPlace)
PROTOCOLS = st.sampled_from(Protocol)
PROFILES = st.sampled_from(list(IDP_PROFILES.values()))


def test_the_nine_profiles_are_there() -> None:
    assert list(IDP_PROFILES) == [
        *("okta", "entra", "google", "auth0", "onelogin"),
        *("ping", "keycloak", "cognito", "generic"),
    ]


def test_what_nobody_confirmed_of_onelogin_names_nothing() -> None:
    onelogin = IDP_PROFILES["onelogin"]

    assert not any(
        onelogin.may_list(place, "mfa", protocol)
        for place, protocol in product(StatementPlace, Protocol)
    )


@given(profile=PROFILES, place=PLACES, protocol=PROTOCOLS, value=st.sampled_from(sorted(NEVER)))
def test_no_list_makes_one_factor_count(
    profile: IdpProfile, place: StatementPlace, protocol: Protocol, value: str
) -> None:
    assert not profile.may_list(place, value, protocol)


def test_no_profile_names_what_never_counts() -> None:
    for profile, place, protocol in product(IDP_PROFILES.values(), StatementPlace, Protocol):
        assert not profile.named(place, protocol) & NEVER


@pytest.mark.parametrize("slug", ["okta", "generic"])
def test_what_resists_phishing_resists_it_in_words_that_may_be_one_factor(slug: str) -> None:
    profile = IDP_PROFILES[slug]

    assert not profile.may_list(StatementPlace.ACR, "phr", Protocol.OIDC)
    assert profile.phrh[StatementPlace.ACR] <= profile.phr[StatementPlace.ACR]


def test_a_tenant_names_its_own_values_only_where_the_vendor_leaves_them_to_it() -> None:
    assert IDP_PROFILES["entra"].may_list(StatementPlace.ACRS, "c1", Protocol.OIDC)
    assert not IDP_PROFILES["entra"].may_list(StatementPlace.AMR, "c1", Protocol.OIDC)
    assert IDP_PROFILES["keycloak"].may_list(StatementPlace.ACR, "gold", Protocol.OIDC)
    assert not IDP_PROFILES["google"].may_list(StatementPlace.ACR, "gold", Protocol.OIDC)
