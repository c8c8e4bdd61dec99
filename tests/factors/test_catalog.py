"""Every installed kind has one driver, made once from the setting."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf import FactorKindConfig
from otpguard.core.shipped_kinds import PASSKEY, SHIPPED
from otpguard.factors.catalog import driver_of, drivers, make_driver, sends_codes
from otpguard.models import Factor
from tests.paper_list.kind import PaperList

PAPER = {"paper_list": {"BACKEND": "tests.paper_list.kind.PaperList", "OPTIONS": {"codes": 7}}}


def test_each_shipped_kind_has_its_driver_and_the_driver_its_facts() -> None:
    assert {slug: driver.kind for slug, driver in drivers().items()} == SHIPPED


def test_drivers_are_made_once_and_again_when_the_setting_changes(settings: Any) -> None:
    assert drivers() is drivers()
    settings.OTPGUARD = {**settings.OTPGUARD, "FACTOR_KINDS": PAPER}
    made = drivers()["paper_list"]
    assert isinstance(made, PaperList)
    assert made._codes == 7


class Changing(PaperList):
    """States other facts once it is made."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = PASSKEY


def test_a_driver_must_keep_the_facts_of_its_class() -> None:
    config = FactorKindConfig(backend=f"{__name__}.Changing", kind=PaperList.kind)
    with pytest.raises(ValueError, match="must stand in the class"):
        make_driver(config)


@pytest.mark.parametrize("options", [{"size": 1}, {"codes": 1, "x": 2}])
def test_options_that_it_does_not_take_are_an_error(
    settings: Any, options: dict[str, object]
) -> None:
    entry = {**PAPER["paper_list"], "OPTIONS": options}
    settings.OTPGUARD = {**settings.OTPGUARD, "FACTOR_KINDS": {"paper_list": entry}}
    with pytest.raises(TypeError):
        drivers()


def test_a_factor_of_a_kind_that_is_gone_has_no_driver_and_sends_nothing() -> None:
    gone, phone = Factor(kind="pigeon"), Factor(kind="phone")
    assert driver_of(gone) is None
    assert not sends_codes(gone)
    assert driver_of(phone) is drivers()["phone"]
    assert sends_codes(phone)
    assert not sends_codes(Factor(kind="totp"))
