"""What a sign-in at an identity provider proves, and when it proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import NIST_800_63B_4, SAAS_2026, AssuranceLevel
from otpguard.core.federation.evidence import MOST_VALUES, SignInEvidence
from otpguard.core.federation.grade import (
    LEEWAY,
    LONGEST_AGE,
    AcceptedValues,
    IdpProof,
    IdpReason,
    NoProof,
    grade,
)
from otpguard.core.federation.methods import BY_IDP_MFA, BY_IDP_PHR, BY_IDP_PHRH
from otpguard.core.federation.profiles import IDP_PROFILES, IdpProfile
from tests.core.federation.said import (
    EVERYTHING,
    MORE_THAN_ONE,
    NOW,
    ONE_OR_UNCONFIRMED,
    accepting,
    said,
    said_by_saml,
)

OKTA = IDP_PROFILES["okta"]
BY_TWO = said(amr=("pwd", "mfa"))
WORDS = st.sampled_from(sorted({value for each in EVERYTHING.values.values() for value in each}))
STATEMENTS: st.SearchStrategy[SignInEvidence] = st.builds(
    said,
    amr=st.lists(WORDS | st.just("phr"), max_size=4).map(tuple),
    acr=WORDS | st.sampled_from(["", "phr", "phrh"]),
    contexts=st.lists(WORDS, max_size=2).map(tuple),
    acrs=st.lists(WORDS, max_size=2).map(tuple),
    authenticated_at=st.none()
    | st.integers(-200, 4000).map(lambda age: NOW - timedelta(seconds=age)),
)


def reason_of(
    evidence: SignInEvidence, profile: IdpProfile = OKTA, accepted: AcceptedValues = EVERYTHING
) -> IdpReason | None:
    found = grade(evidence, profile=profile, accepted=accepted)
    return found.reason if isinstance(found, NoProof) else None


@pytest.mark.parametrize(("slug", "evidence"), MORE_THAN_ONE)
def test_more_than_one_factor_is_a_proof_once_the_tenant_opts_in(
    slug: str, evidence: SignInEvidence
) -> None:
    assert isinstance(grade(evidence, profile=IDP_PROFILES[slug], accepted=EVERYTHING), IdpProof)
    assert reason_of(evidence, IDP_PROFILES[slug], AcceptedValues()) is IdpReason.NOT_ACCEPTED


@pytest.mark.parametrize(("slug", "evidence"), ONE_OR_UNCONFIRMED)
def test_one_factor_proves_nothing_even_if_every_list_has_its_word(
    slug: str, evidence: SignInEvidence
) -> None:
    assert reason_of(evidence, IDP_PROFILES[slug]) in {
        IdpReason.NOT_ACCEPTED,
        IdpReason.SAYS_NOTHING,
    }


def test_more_than_one_factor_is_worth_aal2_to_both_profiles() -> None:
    found = grade(BY_TWO, profile=OKTA, accepted=accepting(amr="mfa"))

    assert isinstance(found, IdpProof)
    assert found.facts.method == BY_IDP_MFA
    assert SAAS_2026.worth(found.facts) is AssuranceLevel.AAL2
    assert NIST_800_63B_4.worth(found.facts) is AssuranceLevel.AAL2


@pytest.mark.parametrize(("acr", "method"), [("phr", BY_IDP_PHR), ("phrh", BY_IDP_PHRH)])
def test_resistance_to_phishing_counts_beside_a_second_factor_and_on_request(
    acr: str, method: object
) -> None:
    evidence = replace(BY_TWO, acr=acr)
    wanted = grade(evidence, profile=OKTA, accepted=accepting(amr="mfa", phishing_resistant=True))
    plain = grade(evidence, profile=OKTA, accepted=accepting(amr="mfa"))

    assert isinstance(wanted, IdpProof)
    assert isinstance(plain, IdpProof)
    assert (wanted.facts.method, plain.facts.method) == (method, BY_IDP_MFA)


def test_a_profile_that_names_no_resistant_method_never_reaches_aal3() -> None:
    for slug in ("entra", "google", "auth0", "ping", "keycloak", "cognito"):
        for name, evidence in MORE_THAN_ONE:
            if name == slug:
                shown = replace(evidence, amr=(*evidence.amr, "phr", "phrh"))
                found = grade(shown, profile=IDP_PROFILES[slug], accepted=EVERYTHING)
                assert isinstance(found, IdpProof)
                assert found.facts.method == BY_IDP_MFA


def test_a_word_of_oidc_makes_no_assertion_resistant() -> None:
    evidence = said_by_saml(contexts=("https://refeds.org/profile/mfa",), acr="phrh", amr=("phr",))
    found = grade(evidence, profile=IDP_PROFILES["generic"], accepted=EVERYTHING)

    assert isinstance(found, IdpProof)
    assert found.facts.method == BY_IDP_MFA


def test_a_sign_in_without_a_time_proves_nothing() -> None:
    assert reason_of(replace(BY_TWO, authenticated_at=None)) is IdpReason.NO_TIME


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, seconds=1), IdpReason.TOO_OLD),
        (-LEEWAY, None),
        (-LEEWAY - timedelta(seconds=1), IdpReason.AHEAD),
    ],
)
def test_the_age_of_a_sign_in_has_its_bounds(age: timedelta, reason: IdpReason | None) -> None:
    evidence = replace(BY_TWO, authenticated_at=NOW - age)

    assert reason_of(evidence, accepted=accepting(amr="mfa")) is reason


def test_no_setting_makes_a_sign_in_of_this_morning_count() -> None:
    evidence = replace(BY_TWO, authenticated_at=NOW - LONGEST_AGE - timedelta(seconds=1))

    assert (
        reason_of(evidence, accepted=accepting(amr="mfa", max_age=timedelta(days=1)))
        is IdpReason.TOO_OLD
    )


def test_a_list_too_long_to_read_says_nothing() -> None:
    assert reason_of(said(amr=("mfa",) * (MOST_VALUES + 1))) is IdpReason.SAYS_NOTHING


@given(evidence=STATEMENTS, profile=st.sampled_from(list(IDP_PROFILES.values())))
def test_a_proof_is_never_younger_than_either_clock_says(
    evidence: SignInEvidence, profile: IdpProfile
) -> None:
    found = grade(evidence, profile=profile, accepted=EVERYTHING)
    if isinstance(found, IdpProof):
        assert evidence.authenticated_at is not None
        assert found.verified_at <= min(evidence.received_at, evidence.authenticated_at)


@given(evidence=STATEMENTS, profile=st.sampled_from(list(IDP_PROFILES.values())))
def test_a_tenant_that_opted_in_to_nothing_gets_no_proof(
    evidence: SignInEvidence, profile: IdpProfile
) -> None:
    assert isinstance(grade(evidence, profile=profile, accepted=AcceptedValues()), NoProof)


@given(evidence=STATEMENTS, profile=st.sampled_from(list(IDP_PROFILES.values())))
def test_what_resists_phishing_always_stands_beside_an_accepted_second_factor(
    evidence: SignInEvidence, profile: IdpProfile
) -> None:
    found = grade(evidence, profile=profile, accepted=EVERYTHING)
    if isinstance(found, IdpProof) and found.facts.method != BY_IDP_MFA:
        plain = replace(EVERYTHING, phishing_resistant=False)
        assert isinstance(grade(evidence, profile=profile, accepted=plain), IdpProof)
