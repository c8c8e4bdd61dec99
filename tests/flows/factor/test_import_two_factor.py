"""The cases of django-two-factor-auth, in a project that has it; and a project without it."""

from __future__ import annotations

import pytest

from otpguard.flows.factor.import_two_factor import import_two_factor
from tests.importing.people import command
from tests.importing.project import cases_of, check_case


@pytest.mark.xdist_group("beside_two_factor")
@pytest.mark.parametrize("case", cases_of("two_factor"))
def test_beside_the_real_package(case: str) -> None:
    check_case("two_factor", case)


@pytest.mark.django_db
def test_without_the_package_there_is_nothing_to_do() -> None:
    assert set(import_two_factor(facts=command()).values()) == {None}
