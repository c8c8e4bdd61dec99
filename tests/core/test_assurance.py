"""What proofs are worth under the two profiles."""

from __future__ import annotations

import pytest
from hypothesis import given

from otpguard.core.assurance import (
    NIST_800_63B_4,
    SAAS_2026,
    AssuranceLevel,
    AssuranceProfile,
    Grade,
    Method,
    MethodFacts,
    Primary,
    departures,
)
from tests.core.strategies import PHONE_METHODS, facts, phone_facts, primaries, profiles

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
BOTH = (SAAS_2026, NIST_800_63B_4)
CARRIER = tuple(method for method in PHONE_METHODS if method is not Method.EMAIL)


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
@pytest.mark.parametrize("method", CARRIER)
def test_a_phone_code_alone_is_aal1(profile: AssuranceProfile, method: Method) -> None:
    assert profile.worth(MethodFacts(method=method)) is AAL1


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
@pytest.mark.parametrize("method", CARRIER)
@pytest.mark.parametrize("primary", [Primary.PASSWORD, Primary.SSO])
def test_a_phone_code_beside_a_password_or_sso_is_aal2(
    profile: AssuranceProfile, method: Method, primary: Primary
) -> None:
    assert profile.worth(MethodFacts(method=method, primary=primary)) is AAL2


@pytest.mark.parametrize(
    ("profile", "alone", "paired"),
    [(SAAS_2026, AAL1, AAL2), (NIST_800_63B_4, None, None)],
    ids=lambda value: getattr(value, "slug", str(value)),
)
def test_an_email_code_proves_nothing_to_nist(
    profile: AssuranceProfile, alone: AssuranceLevel | None, paired: AssuranceLevel | None
) -> None:
    assert profile.worth(MethodFacts(method=Method.EMAIL)) is alone
    assert profile.worth(MethodFacts(method=Method.EMAIL, primary=Primary.PASSWORD)) is paired


@pytest.mark.parametrize(
    ("uv", "be", "attested", "grade", "saas", "nist"),
    [
        (False, True, False, Grade.PASSKEY_UNVERIFIED, AAL1, AAL1),
        (False, False, True, Grade.PASSKEY_UNVERIFIED, AAL1, AAL1),
        (True, True, False, Grade.PASSKEY_SYNCED, AAL3, AAL2),
        (True, True, True, Grade.PASSKEY_SYNCED, AAL3, AAL2),
        (True, False, False, Grade.PASSKEY_BOUND, AAL3, AAL2),
        (True, False, True, Grade.PASSKEY_ATTESTED, AAL3, AAL3),
    ],
)
def test_a_passkey_is_graded_by_its_webauthn_flags(
    *,
    uv: bool,
    be: bool,
    attested: bool,
    grade: Grade,
    saas: AssuranceLevel,
    nist: AssuranceLevel,
) -> None:
    passkey = MethodFacts(
        method=Method.PASSKEY, user_verified=uv, backup_eligible=be, attested=attested
    )
    assert passkey.grade is grade
    assert SAAS_2026.worth(passkey) is saas
    assert NIST_800_63B_4.worth(passkey) is nist


def test_only_a_hardware_code_generator_is_aal3_and_only_in_practice() -> None:
    def paired(method: Method, profile: AssuranceProfile) -> AssuranceLevel | None:
        return profile.worth(MethodFacts(method=method, primary=Primary.SSO))

    assert paired(Method.TOTP, SAAS_2026) is AAL2
    assert paired(Method.HARDWARE_TOTP, SAAS_2026) is AAL3
    assert paired(Method.HARDWARE_TOTP, NIST_800_63B_4) is AAL2


@given(profile=profiles, shown=phone_facts)
def test_no_phone_or_email_code_ever_reaches_aal3(
    profile: AssuranceProfile, shown: MethodFacts
) -> None:
    worth = profile.worth(shown)
    assert worth is None or worth < AAL3


@given(profile=profiles, shown=facts, primary=primaries)
def test_a_password_before_it_never_makes_a_proof_worth_less(
    profile: AssuranceProfile, shown: MethodFacts, primary: Primary
) -> None:
    table = profile.table[shown.grade]
    assert (table.level(primary) or 0) >= (table.alone or 0)


@given(shown=facts)
def test_practice_is_nowhere_stricter_than_nist(shown: MethodFacts) -> None:
    assert (SAAS_2026.worth(shown) or 0) >= (NIST_800_63B_4.worth(shown) or 0)


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
def test_every_grade_has_a_worth(profile: AssuranceProfile) -> None:
    assert set(profile.table) == set(Grade)


def test_practice_names_each_departure_from_nist() -> None:
    assert set(departures(SAAS_2026)) == {
        Grade.EMAIL,
        Grade.HARDWARE_TOTP,
        Grade.PASSKEY_SYNCED,
        Grade.PASSKEY_BOUND,
    }


def test_nist_departs_from_itself_nowhere() -> None:
    assert departures(NIST_800_63B_4) == ()


def test_only_passkeys_resist_phishing() -> None:
    for profile in BOTH:
        resistant = {grade for grade, worth in profile.table.items() if worth.phishing_resistant}
        assert resistant == {grade for grade in Grade if grade.startswith("passkey")}
