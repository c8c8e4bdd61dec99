"""What proofs are worth under the two profiles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from otpguard.core import shipped_kinds
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
    worth_beside_login,
)
from tests.core.strategies import facts, phone_facts, primaries, profiles

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
BOTH = (SAAS_2026, NIST_800_63B_4)
CARRIER = (shipped_kinds.BY_SMS, shipped_kinds.BY_VOICE)


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
@pytest.mark.parametrize("method", CARRIER)
def test_a_phone_code_alone_is_aal1(profile: AssuranceProfile, method: Method) -> None:
    assert profile.worth(MethodFacts(method=method)) is AAL1


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
@pytest.mark.parametrize("method", CARRIER)
def test_a_phone_code_beside_a_password_is_aal2(profile: AssuranceProfile, method: Method) -> None:
    assert profile.worth(MethodFacts(method=method, primary=Primary.PASSWORD)) is AAL2


@pytest.mark.parametrize("method", [*CARRIER, shipped_kinds.BY_APP])
def test_sso_of_which_nothing_is_known_counts_in_practice_and_not_to_nist(method: Method) -> None:
    shown = MethodFacts(method=method, primary=Primary.SSO)
    assert SAAS_2026.worth(shown) is AAL2
    assert NIST_800_63B_4.worth(shown) is AAL1


@pytest.mark.parametrize(
    ("profile", "alone", "paired"),
    [(SAAS_2026, AAL1, AAL2), (NIST_800_63B_4, None, None)],
    ids=lambda value: getattr(value, "slug", str(value)),
)
@pytest.mark.parametrize("method", [shipped_kinds.BY_EMAIL, shipped_kinds.BY_WHATSAPP])
def test_a_code_by_email_or_messenger_proves_nothing_to_nist(
    profile: AssuranceProfile,
    method: Method,
    alone: AssuranceLevel | None,
    paired: AssuranceLevel | None,
) -> None:
    with_password = MethodFacts(method=method, primary=Primary.PASSWORD)
    assert profile.worth(MethodFacts(method=method)) is alone
    assert profile.worth(with_password) is paired


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
        method=shipped_kinds.BY_PASSKEY, user_verified=uv, backup_eligible=be, attested=attested
    )
    assert passkey.grade is grade
    assert SAAS_2026.worth(passkey) is saas
    assert NIST_800_63B_4.worth(passkey) is nist


@given(profile=profiles, shown=facts)
def test_a_flag_that_is_not_known_yet_is_worth_no_more_at_its_weaker_value(
    profile: AssuranceProfile, shown: MethodFacts
) -> None:
    weakest = replace(shown, user_verified=False, backup_eligible=True)
    assert (profile.worth(weakest) or 0) <= (profile.worth(shown) or 0)


def test_only_a_hardware_code_generator_is_aal3_and_only_in_practice() -> None:
    def paired(method: Method, profile: AssuranceProfile) -> AssuranceLevel | None:
        return profile.worth(MethodFacts(method=method, primary=Primary.PASSWORD))

    assert paired(shipped_kinds.BY_APP, SAAS_2026) is AAL2
    assert paired(shipped_kinds.BY_TOKEN, SAAS_2026) is AAL3
    assert paired(shipped_kinds.BY_TOKEN, NIST_800_63B_4) is AAL2


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
        Grade.WHATSAPP,
        Grade.HARDWARE_TOTP,
        Grade.PASSKEY_SYNCED,
        Grade.PASSKEY_BOUND,
        Grade.IDP_PHR,
    }


def test_nist_departs_from_itself_nowhere() -> None:
    assert departures(NIST_800_63B_4) == ()


def test_only_passkeys_resist_phishing_here_or_at_an_identity_provider() -> None:
    for profile in BOTH:
        resistant = {grade for grade, worth in profile.table.items() if worth.phishing_resistant}
        assert resistant == {grade for grade in Grade if grade.startswith(("passkey", "idp_phr"))}


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
def test_a_short_code_is_worth_aal1_at_most_and_nothing_where_its_channel_is(
    profile: AssuranceProfile,
) -> None:
    """NIST SP 800-63B-4, 3.1.3.2."""
    for method in shipped_kinds.PHONE.methods:
        for primary in Primary:
            whole = MethodFacts(method=method, primary=primary)
            worth = profile.worth(replace(whole, short_code=True))
            assert worth == (None if profile.worth(whole) is None else AAL1)


CARD = Method.only("card", label="Card", shown="Your card")


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
def test_what_has_no_row_proves_nothing(profile: AssuranceProfile) -> None:
    shown = MethodFacts(method=CARD, primary=Primary.PASSWORD, user_verified=True, attested=True)
    assert profile.worth(shown) is None


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.slug)
@pytest.mark.parametrize("level", [AAL1, AAL2])
def test_a_kind_that_a_site_adds_is_worth_its_row_beside_a_login_and_aal1_alone(
    profile: AssuranceProfile, level: AssuranceLevel
) -> None:
    longer = profile.extended({"card": worth_beside_login(level, phishing_resistant=False)})
    assert longer.worth(MethodFacts(method=CARD)) is AAL1
    assert longer.worth(MethodFacts(method=CARD, primary=Primary.PASSWORD)) is level
    assert ("card" in departures(longer)) == (level > AAL1)


def test_aal3_takes_resistance_to_phishing() -> None:
    """NIST SP 800-63B-4, 2.3.2."""
    with pytest.raises(ValueError, match="resistance to phishing"):
        worth_beside_login(AAL3, phishing_resistant=False)
    row = worth_beside_login(AAL3, phishing_resistant=True)
    assert (row.alone, row.paired, row.phishing_resistant) == (AAL1, AAL3, True)


def test_a_site_adds_rows_and_changes_none() -> None:
    best = worth_beside_login(AAL3, phishing_resistant=True)
    assert SAAS_2026.extended({"phone": best}) is SAAS_2026
    assert SAAS_2026.extended({}) is SAAS_2026
