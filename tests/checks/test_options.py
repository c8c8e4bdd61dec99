"""What stands in the dictionary OTPGUARD itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.conf import REPORT_ONLY_DAYS
from otpguard.conf.people.login_backends import ALLAUTH
from tests.checks.projects import CONSOLE, Case, Project, names, ours, try_check

LATEST = datetime.now(tz=UTC).date() + timedelta(days=REPORT_ONLY_DAYS)


class NoDirectory:
    """Lacks the one method."""


MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
CASES: list[Case] = [
    (
        "otpguard.W080",
        {"AUTHENTICATION_BACKENDS": [MODEL_BACKEND, "acme.Links"], **ours(PROVIDERS=CONSOLE)},
        {
            "AUTHENTICATION_BACKENDS": [MODEL_BACKEND, ALLAUTH, "acme.Links"],
            **ours(PROVIDERS=CONSOLE, LOGIN_BACKENDS={"acme.Links": "none"}),
        },
    ),
    (
        "otpguard.E137",
        ours(API_KEYS={"PREFIX": "ACME"}),
        ours(API_KEYS={"PREFIX": "acme", "ROTATION_DAYS": 0}),
    ),
    ("otpguard.E175", ours(SIEM={"ALLOWED_NETWORKS": ["10.0.0.1/8"]}), ours(SIEM={})),
    ("otpguard.E176", ours(SIEM={"CA_FILE": "/nowhere/ca.pem"}), ours(SIEM={})),
    (
        "otpguard.E237",
        ours(METRICS_TOKENS=["short"]),
        ours(METRICS_TOKENS=["t" * 32]),
    ),
    ("otpguard.E235", ours(STORAGE_REGIONS={"default": "Europe 1"}), ours(STORAGE_REGIONS={})),
    (
        "otpguard.E236",
        ours(STORAGE_REGIONS={"defalt": "EU"}),
        ours(STORAGE_REGIONS={"default": "EU"}),
    ),
    ("otpguard.E177", ours(STORAGE_REGION="European Union"), ours(STORAGE_REGION="EU")),
    ("otpguard.E140", ours(MONEY={"HOUR_SHARE": 0}), ours(MONEY={"HOUR_SHARE": 100})),
    ("otpguard.E141", ours(MONEY={"DEAR_FROM": 20_000}), ours(MONEY={"DEAR_FROM": 20_001})),
    (
        "otpguard.E142",
        ours(MONEY={"EXPECTED_COUNTRIES": {"us": 5}}),
        ours(MONEY={"EXPECTED_COUNTRIES": {"US": 5}}),
    ),
    ("otpguard.W100", {"OTPGUARD": {}}, ours(PROVIDERS=CONSOLE)),
    ("otpguard.E001", ours(PRESETT="x"), ours(PRESET="baseline")),
    ("otpguard.E002", ours(PRESET="x"), ours(PRESET="enterprise")),
    (
        "otpguard.E003",
        ours(URL_CHECKPOINTS={"home": "apikey"}),
        ours(URL_CHECKPOINTS={"home": "api_key"}),
    ),
    (
        "otpguard.E004",
        ours(POLICY_DEFAULTS={"api_key": {"ttl": 31 * 60}}),
        ours(POLICY_DEFAULTS={"api_key": {"ttl": 30 * 60}}),
    ),
    (
        "otpguard.E021",
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"BAA": "soon"}}}),
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"BAA": True}, "REGIONS": ["US"]}}),
    ),
    (
        "otpguard.E022",
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "CHANNELS": ["fax"]}]),
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "CHANNELS": ["sms"]}]),
    ),
    (
        "otpguard.E007",
        ours(REPORT_ONLY={"api_key": (LATEST + timedelta(days=2)).isoformat()}),
        ours(REPORT_ONLY={"api_key": (LATEST - timedelta(days=1)).isoformat()}),
    ),
    (
        "otpguard.W070",
        ours(REPORT_ONLY={"password_reset": LATEST.isoformat()}),
        ours(REPORT_ONLY={"*": LATEST.isoformat(), "api_key": LATEST.isoformat()}),
    ),
    (
        "otpguard.E008",
        ours(TENANT_DIRECTORY="otpguard.tenants.directory.Nowhere"),
        ours(TENANT_DIRECTORY="otpguard.tenants.directory.SessionDirectory"),
    ),
    (
        "otpguard.E008",
        ours(TENANT_DIRECTORY="tests.checks.test_options.NoDirectory"),
        ours(),
    ),
    (
        "otpguard.E028",
        ours(LIMITER={"BACKEND": "otpguard.limits.sql.Nowhere"}),
        ours(LIMITER={"BACKEND": "otpguard.limits.sql.SqlLimiter"}),
    ),
    (
        "otpguard.E028",
        ours(LIMITER={"BACKEND": "otpguard.limits.sql.SqlLimiter", "OPTIONS": {"url": "x"}}),
        ours(),
    ),
    (
        "otpguard.E028",
        ours(LIMITER={"BACKEND": "tests.checks.test_options.NoDirectory"}),
        ours(),
    ),
    (
        "otpguard.E009",
        ours(ROOT_KEYS=["k" * 31]),
        ours(ROOT_KEYS=["k" * 32]),
    ),
    (
        "otpguard.E009",
        ours(INDEX_KEYS=["k" * 32, "k"]),
        ours(INDEX_KEYS=["k" * 32]),
    ),
    ("otpguard.E019", ours(TOTP_TOLERANCE=2), ours(TOTP_TOLERANCE=1)),
    (
        "otpguard.E145",
        ours(PUMPING={"RECORD_ONLY": ["netwrk"]}),
        ours(PUMPING={"RECORD_ONLY": ["network"]}),
    ),
    (
        "otpguard.E146",
        ours(PUMPING={"RECORD_ONLY": ["velocity"]}),
        ours(PUMPING={"RECORD_ONLY": ["bot"]}),
    ),
    ("otpguard.E019", ours(TOTP_TOLERANCE=10), ours(TOTP_TOLERANCE=0)),
    (
        "otpguard.E031",
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms", "PER_TRY": 0.5}]),
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms", "PER_TRY": 5}]),
    ),
    (
        "otpguard.E031",
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "div", "CHANNEL": "sms"}]),
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms"}]),
    ),
    ("otpguard.E125", ours(REPUTATION={"P0": 0.1}), ours(REPUTATION={"P0": 0.6})),
    (
        "otpguard.W001",
        ours(POLICY_DEFAULTS={"audit_log_export": {"required_level": "AAL1"}}),
        # The two that verify a first factor may ask AAL1.
        ours(POLICY_DEFAULTS={"signup": {"required_level": "AAL1"}}),
    ),
    (
        "otpguard.W004",
        ours(ROOT_KEYS=["n" * 40, "o" * 40]),
        ours(ROOT_KEYS=["n" * 40, "o" * 40], INDEX_KEYS=["i" * 40]),
    ),
    (
        "otpguard.W005",
        ours(URL_CHECKPOINTS={"mapped": "account_closure"}),
        ours(
            URL_CHECKPOINTS={"mapped": "account_closure"},
            POLICY_DEFAULTS={"account_closure": {"active": True}},
        ),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_settings, number, wrong, right)


def test_every_mistake_is_reported_at_once_with_a_hint() -> None:
    with override_settings(OTPGUARD={"PRESETT": "x", "ROUTES": 1}):
        found = check_settings()
    assert [message.id for message in found] == ["otpguard.E001", "otpguard.E002"]
    assert 'did you mean "PRESET"' in found[0].msg


def test_a_directory_whose_constructor_wants_more_is_reported() -> None:
    with override_settings(**ours(TENANT_DIRECTORY="django.test.RequestFactory")):
        assert [message.id for message in check_settings()] == ["otpguard.E008"]


def test_a_back_end_that_is_not_listed_is_named_with_the_line_to_write() -> None:
    path = "axes.backends.AxesBackend"
    with override_settings(AUTHENTICATION_BACKENDS=[path], **ours(PROVIDERS=CONSOLE)):
        (message,) = check_settings()
    assert f'OTPGUARD = {{"LOGIN_BACKENDS": {{"{path}": "password"}}' in message.msg
