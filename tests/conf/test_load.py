"""One setting, read into values or refused with a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from otpguard import conf
from otpguard.conf.people.login_backends import SHIPPED
from otpguard.core.assurance import PROFILES, AssuranceLevel, Primary
from otpguard.core.money import Rate
from otpguard.core.presets import Preset


def numbers(raw: Mapping[str, Any]) -> list[str]:
    return [problem.check for problem in conf.problems(raw)]


def test_without_a_setting_every_default_counts() -> None:
    with override_settings(OTPGUARD={}):
        mine = conf.settings()
    assert mine == conf.Settings()
    assert mine.preset is Preset.BASELINE
    assert mine.fresh_login == timedelta(minutes=10)
    assert "role_grant" in mine.checkpoints


def test_changed_settings_are_read_anew_and_the_old_ones_come_back() -> None:
    before = conf.settings().brand
    with override_settings(OTPGUARD={"BRAND": "Acme"}):
        assert conf.settings().brand == "Acme"
    assert conf.settings().brand == before != "Acme"


def test_every_value_gets_its_own_type() -> None:
    raw = {
        "ASSURANCE_PROFILE": "nist-800-63b-4",
        "PRESET": "defensible",
        "FRESH_LOGIN": 120,
        "ROUTES": ["a", "b"],
        "ENROLLMENT_EXEMPT": ["help:*"],
        "REPORT_ONLY": {"api_key": "2026-01-31", "*": date(2026, 2, 1)},
        "LOGIN_BACKENDS": {"some.Backend": "sso"},
        "PROVIDERS": {"email": {"BACKEND": "some.Email", "OPTIONS": {"sender": "a@b.example"}}},
        "POLICY_FLOOR": {"*": {"ttl": 600}},
        "PRICES": [{"PROVIDER": "email", "CHANNEL": "email", "PER_TRY": 100}],
    }
    with override_settings(OTPGUARD=raw):
        mine = conf.settings()
    assert mine.assurance_profile is PROFILES["nist-800-63b-4"]
    assert mine.preset is Preset.DEFENSIBLE
    assert mine.fresh_login == timedelta(minutes=2)
    assert [route.provider for route in mine.routes] == ["a", "b"]
    assert mine.enrollment_exempt == ("help:*",)
    assert mine.report_only == {"api_key": date(2026, 1, 31), "*": date(2026, 2, 1)}
    assert mine.login_backends == {**SHIPPED, "some.Backend": Primary.SSO}
    assert mine.prices == (Rate(provider="email", channel="email", per_try=100),)
    assert mine.providers["email"].options == {"sender": "a@b.example"}
    assert mine.policy_floor == {"*": {"ttl": timedelta(minutes=10)}}


def test_a_checkpoint_of_the_host_joins_the_built_in_ones_and_may_be_named_elsewhere() -> None:
    raw = {
        # Named before it is declared: the order of the keys does not matter.
        "POLICY_DEFAULTS": {"payout": {"max_attempts": 3}},
        "URL_CHECKPOINTS": {"pay:out": "payout"},
        "CHECKPOINTS": {
            "payout": {
                "LABEL": "Pay out",
                "SENSITIVE": True,
                "POLICY": {"required_level": "AAL3"},
            }
        },
    }
    with override_settings(OTPGUARD=raw):
        payout = conf.checkpoint("payout")
    assert (payout.label, payout.sensitive) == ("Pay out", True)
    assert payout.default == {"required_level": AssuranceLevel.AAL3}


def test_an_unknown_checkpoint_is_refused_with_the_nearest_name() -> None:
    assert conf.checkpoint("billing_change").slug == "billing_change"
    with pytest.raises(ImproperlyConfigured, match='did you mean "billing_change"'):
        conf.checkpoint("biling_change")


def test_a_mistake_raises_with_the_number_of_its_check() -> None:
    with (
        override_settings(OTPGUARD={"PRESET": "loose"}),
        pytest.raises(ImproperlyConfigured, match=r"OTPGUARD \(otpguard.E002\): PRESET: must be"),
    ):
        conf.settings()


def test_all_mistakes_are_listed_at_once() -> None:
    raw = {"PRESETT": "baseline", "BRAND": 3, "POLICY_FLOOR": {"apikey": {}}}
    assert sorted(numbers(raw)) == ["otpguard.E001", "otpguard.E002", "otpguard.E003"]


def test_every_entry_of_a_table_is_told_of_its_own_mistake() -> None:
    raw = {"URL_CHECKPOINTS": {"one": "apikey", "two": "api_key", "three": "exprt"}}
    assert numbers(raw) == ["otpguard.E003", "otpguard.E003"]


def test_what_code_declares_is_taken_as_it_is_while_the_settings_are_wrong() -> None:
    assert conf.declared("api_key") == "api_key"
    with pytest.raises(ImproperlyConfigured, match='did you mean "api_key"'):
        conf.declared("apikey")
    with override_settings(OTPGUARD={"PRESET": "loose"}):
        assert conf.declared("payout") == "payout"


def test_a_setting_that_is_no_dictionary_is_one_mistake() -> None:
    assert [p.check for p in conf.problems([])] == ["otpguard.E002"]


def test_the_secret_of_a_webhook_stays_out_of_a_repr() -> None:
    secret = "s3cret" * 6
    raw = {"PROVIDERS": {"a": {"BACKEND": "x.Y", "WEBHOOK_SECRET": secret}}}
    with override_settings(OTPGUARD=raw):
        mine = conf.settings()
    assert mine.providers["a"].webhook_secret == secret
    assert secret not in repr(mine)
