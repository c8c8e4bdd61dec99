"""The contract of captchas holds for ours, and one that cannot be trusted breaks it."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.intel.hcaptcha import HCaptcha
from otpguard.testing.captcha_contract import OPTIONS, CaptchaContract, siteverify
from otpguard.testing.vendor_server import vendor


class Trusting(HCaptcha):
    """Takes every answer for a person's."""

    def verify(self, answer: str, *, source: str, client_ip: str) -> bool | None:
        """Always."""
        super().verify(answer, source=source, client_ip=client_ip)
        return True


class Suite(CaptchaContract):
    """The contract, for that one."""

    __test__ = False

    def made(self, base: str, **changed: Any) -> Trusting:
        return Trusting(**{**OPTIONS, "base": base, **changed})


def test_one_that_passes_everybody_breaks_it() -> None:
    with vendor(siteverify) as server, pytest.raises(AssertionError):
        Suite().test_a_pass_on_another_host_does_not_count(server)
    with vendor(siteverify) as server, pytest.raises(AssertionError):
        Suite().test_a_vendor_that_misbehaves_says_nothing_in_time(server, "drop")


def test_whoever_inherits_gives_the_driver() -> None:
    with pytest.raises(NotImplementedError):
        CaptchaContract().made("https://vendor.example")
