"""The cases of django-otp-webauthn, in a project that has it; and a project without it."""

from __future__ import annotations

import pytest

from otpguard.flows.factor.import_otp_webauthn import import_otp_webauthn
from tests.importing.people import command
from tests.importing.project import cases_of, check_case


@pytest.mark.xdist_group("beside_otp_webauthn")
@pytest.mark.parametrize("case", cases_of("otp_webauthn"))
def test_beside_the_real_package(case: str) -> None:
    check_case("otp_webauthn", case)


@pytest.mark.django_db
def test_without_the_package_there_is_nothing_to_do() -> None:
    assert set(import_otp_webauthn(facts=command()).values()) == {None}
