"""What Turnstile, hCaptcha and reCAPTCHA have in common; each proves the rest by its contract."""

from __future__ import annotations

from otpguard.intel.hcaptcha import HCaptcha
from otpguard.intel.recaptcha import ReCaptcha
from otpguard.intel.turnstile import Turnstile
from otpguard.testing.captcha_contract import OPTIONS


def test_only_turnstile_says_for_which_form_a_pass_was_made() -> None:
    known = {each.vendor: each.knows_action for each in (Turnstile, HCaptcha, ReCaptcha)}
    assert known == {"Turnstile": True, "hCaptcha": False, "reCAPTCHA": False}


def test_a_long_checkpoint_becomes_a_name_of_32_characters() -> None:
    assert len(Turnstile(**OPTIONS).action_of("x" * 80)) == 32
