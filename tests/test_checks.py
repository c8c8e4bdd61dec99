"""Every numbered check has a project that triggers it and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from otpguard import checks
from otpguard.channels.http_provider import HttpProvider
from otpguard.conf import REPORT_ONLY_DAYS
from otpguard.core.assurance import Channel

TODAY = datetime.now(tz=UTC).date()
LATEST = TODAY + timedelta(days=REPORT_ONLY_DAYS)
MIDDLEWARE = list(django_settings.MIDDLEWARE)
FIRST = [checks.MIDDLEWARE, *(name for name in MIDDLEWARE if name != checks.MIDDLEWARE)]
WITHOUT = [name for name in MIDDLEWARE if name != checks.MIDDLEWARE]
CACHED = ["django.middleware.cache.UpdateCacheMiddleware", *MIDDLEWARE]
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
IMMEDIATE = {"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}
MAIL = {"mail": {"BACKEND": "otpguard.channels.providers.smtp.Smtp"}}
CONSOLE = {"dev": {"BACKEND": "otpguard.channels.providers.console.Console"}}
MISSPELT = {"mail": {"BACKEND": "otpguard.channels.providers.smtp.Smtpp"}}
WRONG_OPTION = {"mail": {**MAIL["mail"], "OPTIONS": {"sendr": "x"}}}


REPORTING = {
    "BACKEND": "otpguard.channels.providers.twilio_messaging.TwilioMessaging",
    "OPTIONS": {
        "account_sid": "AC1",
        "auth_token": "t",
        "sender": "+12015550100",
        "status_callback": "https://acme.example/security/webhooks/texts/",
    },
}
UNSIGNED = {"x": {"BACKEND": "tests.test_checks.Unsigned"}}


class NoDirectory:
    """Lacks the one method."""


class Generic:
    """Sends WhatsApp messages by a number of the vendor's."""

    channels = frozenset({Channel.WHATSAPP})
    receipts = False


class Branded(Generic):
    """Sends them by the site's own account."""

    whatsapp_business_account = "1"


class Unsigned(HttpProvider):
    """Reports what arrived, and nobody can tell that it is from the vendor."""

    channels = frozenset({Channel.SMS})
    receipts = True


def ours(**kwargs: Any) -> dict[str, Any]:
    return {"OTPGUARD": kwargs}


Project = dict[str, Any]
Case = tuple[str, Callable[..., list[CheckMessage]], Project, Project]


def databases() -> list[CheckMessage]:
    return checks.check_database(databases=["default"])


CASES: list[Case] = [
    ("otpguard.E001", checks.check_settings, ours(PRESETT="x"), ours(PRESET="baseline")),
    ("otpguard.E002", checks.check_settings, ours(PRESET="x"), ours(PRESET="enterprise")),
    (
        "otpguard.E003",
        checks.check_settings,
        ours(URL_CHECKPOINTS={"home": "apikey"}),
        ours(URL_CHECKPOINTS={"home": "api_key"}),
    ),
    (
        "otpguard.E004",
        checks.check_settings,
        ours(POLICY_DEFAULTS={"api_key": {"ttl": 31 * 60}}),
        ours(POLICY_DEFAULTS={"api_key": {"ttl": 30 * 60}}),
    ),
    ("otpguard.E005", checks.check_settings, ours(PROVIDERS=MISSPELT), ours(PROVIDERS=CONSOLE)),
    ("otpguard.E005", checks.check_settings, ours(PROVIDERS=WRONG_OPTION), ours(PROVIDERS=CONSOLE)),
    (
        "otpguard.E006",
        checks.check_settings,
        ours(PROVIDERS=CONSOLE, ROUTES=["post"]),
        ours(PROVIDERS=CONSOLE, ROUTES=["dev"]),
    ),
    (
        "otpguard.E021",
        checks.check_settings,
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"BAA": "soon"}}}),
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"BAA": True}, "REGIONS": ["US"]}}),
    ),
    (
        "otpguard.E022",
        checks.check_settings,
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "CHANNELS": ["fax"]}]),
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "CHANNELS": ["sms"]}]),
    ),
    (
        "otpguard.E023",
        checks.check_settings,
        ours(PROVIDERS={**MAIL, **CONSOLE}, ROUTES=[{"PROVIDER": "mail", "CHANNELS": ["sms"]}]),
        ours(PROVIDERS={**MAIL, **CONSOLE}, ROUTES=[{"PROVIDER": "mail", "CHANNELS": ["email"]}]),
    ),
    (
        "otpguard.E023",
        checks.check_settings,
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "REGIONS": ["US"]}]),
        ours(
            PROVIDERS={"dev": {**CONSOLE["dev"], "REGIONS": ["US", "EU"]}},
            ROUTES=[{"PROVIDER": "dev", "REGIONS": ["US"]}],
        ),
    ),
    (
        "otpguard.W009",
        checks.check_settings,
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"DPA": "2020-01-31"}}}),
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"DPA": LATEST.isoformat()}}}),
    ),
    (
        "otpguard.W010",
        checks.check_settings,
        ours(PROVIDERS={"vendor": {"BACKEND": "tests.test_checks.Generic"}}),
        ours(PROVIDERS={"vendor": {"BACKEND": "tests.test_checks.Branded"}}),
    ),
    (
        "otpguard.W031",
        checks.check_settings,
        ours(PROVIDERS={**CONSOLE, "texts": REPORTING}),
        ours(PROVIDERS={**CONSOLE, "texts": REPORTING}, WEBHOOK_BASE_URL="https://acme.example"),
    ),
    (
        "otpguard.W031",
        checks.check_settings,
        ours(PROVIDERS=UNSIGNED, WEBHOOK_BASE_URL="https://acme.example"),
        ours(
            PROVIDERS={"x": {**UNSIGNED["x"], "WEBHOOK_SECRET": "s" * 32}},
            WEBHOOK_BASE_URL="https://acme.example",
        ),
    ),
    (
        "otpguard.E007",
        checks.check_settings,
        ours(REPORT_ONLY={"api_key": (LATEST + timedelta(days=2)).isoformat()}),
        ours(REPORT_ONLY={"api_key": (LATEST - timedelta(days=1)).isoformat()}),
    ),
    (
        "otpguard.E008",
        checks.check_settings,
        ours(TENANT_DIRECTORY="otpguard.tenants.directory.Nowhere"),
        ours(TENANT_DIRECTORY="otpguard.tenants.directory.SessionDirectory"),
    ),
    (
        "otpguard.E008",
        checks.check_settings,
        ours(TENANT_DIRECTORY="tests.test_checks.NoDirectory"),
        ours(),
    ),
    (
        "otpguard.E009",
        checks.check_settings,
        ours(ROOT_KEYS=["k" * 31]),
        ours(ROOT_KEYS=["k" * 32]),
    ),
    (
        "otpguard.E009",
        checks.check_settings,
        ours(INDEX_KEYS=["k" * 32, "k"]),
        ours(INDEX_KEYS=["k" * 32]),
    ),
    ("otpguard.E010", checks.check_project, {"MIDDLEWARE": WITHOUT}, {"MIDDLEWARE": MIDDLEWARE}),
    ("otpguard.E011", checks.check_project, {"MIDDLEWARE": FIRST}, {"MIDDLEWARE": MIDDLEWARE}),
    (
        "otpguard.E011",
        checks.check_project,
        {"MIDDLEWARE": [checks.ENROLLMENT, *MIDDLEWARE]},
        {"MIDDLEWARE": [*WITHOUT, checks.ENROLLMENT, checks.MIDDLEWARE]},
    ),
    (
        "otpguard.E012",
        checks.check_project,
        {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
        {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    ),
    (
        "otpguard.E013",
        checks.check_project,
        {"SESSION_SAVE_EVERY_REQUEST": True},
        {"SESSION_SAVE_EVERY_REQUEST": False},
    ),
    ("otpguard.E019", checks.check_settings, ours(TOTP_TOLERANCE=2), ours(TOTP_TOLERANCE=1)),
    ("otpguard.E019", checks.check_settings, ours(TOTP_TOLERANCE=10), ours(TOTP_TOLERANCE=0)),
    ("otpguard.W002", checks.check_project, {"MIDDLEWARE": CACHED}, {"MIDDLEWARE": MIDDLEWARE}),
    (
        "otpguard.E016",
        checks.check_deployment,
        {**ours(PROVIDERS=CONSOLE), "ALLOWED_HOSTS": ["app.example"]},
        {**ours(PROVIDERS=MAIL), "ALLOWED_HOSTS": ["app.example"]},
    ),
    (
        "otpguard.E031",
        checks.check_settings,
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms", "PER_TRY": 0.5}]),
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms", "PER_TRY": 5}]),
    ),
    (
        "otpguard.E031",
        checks.check_settings,
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "div", "CHANNEL": "sms"}]),
        ours(PROVIDERS=CONSOLE, PRICES=[{"PROVIDER": "dev", "CHANNEL": "sms"}]),
    ),
    (
        "otpguard.W001",
        checks.check_settings,
        ours(POLICY_DEFAULTS={"audit_log_export": {"required_level": "AAL1"}}),
        # The two that verify a first factor may ask AAL1.
        ours(POLICY_DEFAULTS={"signup": {"required_level": "AAL1"}}),
    ),
    (
        "otpguard.W004",
        checks.check_settings,
        ours(ROOT_KEYS=["n" * 40, "o" * 40]),
        ours(ROOT_KEYS=["n" * 40, "o" * 40], INDEX_KEYS=["i" * 40]),
    ),
    (
        "otpguard.W005",
        checks.check_settings,
        ours(URL_CHECKPOINTS={"mapped": "account_closure"}),
        ours(
            URL_CHECKPOINTS={"mapped": "account_closure"},
            POLICY_DEFAULTS={"account_closure": {"active": True}},
        ),
    ),
    (
        "otpguard.W006",
        checks.check_settings,
        ours(PROVIDERS=MAIL),
        ours(PROVIDERS={**MAIL, **CONSOLE}),
    ),
    (
        "otpguard.E017",
        checks.check_urls,
        {"ROOT_URLCONF": "django.contrib.auth.urls"},
        {"ROOT_URLCONF": "tests.guarded"},
    ),
    (
        "otpguard.E018",
        checks.check_project,
        {"INSTALLED_APPS": [a for a in django_settings.INSTALLED_APPS if a != "django_otp"]},
        {"INSTALLED_APPS": django_settings.INSTALLED_APPS},
    ),
    (
        "otpguard.E011",
        checks.check_project,
        {"MIDDLEWARE": [checks.OTP, *MIDDLEWARE]},
        {"MIDDLEWARE": [*MIDDLEWARE, checks.OTP]},
    ),
    (
        "otpguard.E020",
        checks.check_project,
        {"MIDDLEWARE": [*MIDDLEWARE, checks.DJANGO_OTP], **ours(OTP_LOGIN=True)},
        {"MIDDLEWARE": [*MIDDLEWARE, checks.OTP], **ours(OTP_LOGIN=True)},
    ),
    (
        "otpguard.W008",
        checks.check_project,
        {"MIDDLEWARE": MIDDLEWARE, **ours(OTP_LOGIN=True)},
        {"MIDDLEWARE": [*MIDDLEWARE, checks.DJANGO_OTP], **ours(OTP_LOGIN=False)},
    ),
    (
        "otpguard.W007",
        checks.check_urls,
        {"ROOT_URLCONF": "tests.guarded", **ours(URL_CHECKPOINTS={"mapt": "api_key"})},
        {
            "ROOT_URLCONF": "tests.guarded",
            **ours(URL_CHECKPOINTS={"mapped": "api_key", "admin:*": "api_key"}),
        },
    ),
    (
        "otpguard.W003",
        checks.check_deployment,
        {**ours(PROVIDERS=MAIL, RELYING_PARTY_ID="app.example"), "ALLOWED_HOSTS": ["*"]},
        {**ours(PROVIDERS=MAIL), "ALLOWED_HOSTS": ["app.example"]},
    ),
    (
        "otpguard.W011",
        checks.check_deployment,
        {**ours(PROVIDERS=MAIL), "ALLOWED_HOSTS": [".app.example"]},
        {
            **ours(PROVIDERS=MAIL, RELYING_PARTY_ID="app.example"),
            "ALLOWED_HOSTS": ["a.app.example", "b.app.example"],
        },
    ),
]


@pytest.mark.parametrize(
    ("number", "check", "wrong", "right"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, check: Callable[..., list[CheckMessage]], wrong: Project, right: Project
) -> None:
    with override_settings(**wrong):
        found = check()
    with override_settings(**right):
        mended = check()
    assert {message.id for message in found} == {number}
    assert found[0].msg.startswith(checks.CODES[number])
    assert mended == []


@pytest.mark.parametrize(
    ("number", "wrong", "right"),
    [
        (
            "otpguard.E014",
            {"ENGINE": "django.db.backends.mysql", "NAME": "x"},
            {"ENGINE": "django.db.backends.postgresql", "NAME": "x"},
        ),
        ("otpguard.E015", SQLITE, {**SQLITE, **IMMEDIATE}),
        ("otpguard.E015", {**SQLITE, "OPTIONS": {"timeout": 20}}, {**SQLITE, **IMMEDIATE}),
    ],
)
def test_a_database_is_judged_by_its_engine_and_options(
    number: str, wrong: Project, right: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not override_settings: Django warns of that, for open connections stay what they were.
    monkeypatch.setitem(django_settings.DATABASES, "default", wrong)
    assert [message.id for message in databases()] == [number]
    assert checks.check_database(databases=None) == []
    monkeypatch.setitem(django_settings.DATABASES, "default", right)
    assert databases() == []


def test_every_number_is_tried_here() -> None:
    tried = {case[0] for case in CASES} | {"otpguard.E014", "otpguard.E015"}
    assert tried == set(checks.CODES)


def test_every_mistake_is_reported_at_once_with_a_hint() -> None:
    with override_settings(OTPGUARD={"PRESETT": "x", "ROUTES": 1}):
        found = checks.check_settings()
    assert [message.id for message in found] == ["otpguard.E001", "otpguard.E002"]
    assert 'did you mean "PRESET"' in found[0].msg


def test_a_directory_whose_constructor_wants_more_is_reported() -> None:
    with override_settings(OTPGUARD={"TENANT_DIRECTORY": "django.test.RequestFactory"}):
        assert [message.id for message in checks.check_settings()] == ["otpguard.E008"]


def test_a_broken_setting_does_not_break_the_deployment_check() -> None:
    with override_settings(OTPGUARD={"PRESET": "x"}):
        assert checks.check_deployment() == []


@pytest.mark.django_db
def test_the_test_project_itself_has_nothing_wrong() -> None:
    found = run_checks(databases=["default"])
    assert [message for message in found if str(message.id).startswith("otpguard.")] == []
