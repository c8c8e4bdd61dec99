"""How otpguard stands in a project: middleware and clients."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import override_settings

from otpguard.checks import project
from otpguard.checks.project import check_clients, check_project
from tests.checks.projects import Case, Project, names, ours, try_check
from tests.flows.setting import stopped

MIDDLEWARE = list(django_settings.MIDDLEWARE)
FIRST = [project.MIDDLEWARE, *(name for name in MIDDLEWARE if name != project.MIDDLEWARE)]
WITHOUT = [name for name in MIDDLEWARE if name != project.MIDDLEWARE]
CACHE = "django.middleware.cache.UpdateCacheMiddleware"
ENROLLING = [*WITHOUT, project.ENROLLMENT, project.MIDDLEWARE]

CASES: list[Case] = [
    ("otpguard.E010", {"MIDDLEWARE": WITHOUT}, {"MIDDLEWARE": MIDDLEWARE}),
    ("otpguard.E011", {"MIDDLEWARE": FIRST}, {"MIDDLEWARE": MIDDLEWARE}),
    (
        "otpguard.E011",
        {"MIDDLEWARE": [project.ENROLLMENT, *MIDDLEWARE]},
        {"MIDDLEWARE": ENROLLING},
    ),
    (
        "otpguard.E011",
        {"MIDDLEWARE": [*MIDDLEWARE, project.ENROLLMENT]},
        {"MIDDLEWARE": ENROLLING},
    ),
    (
        "otpguard.E012",
        {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
        {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    ),
    (
        "otpguard.E013",
        {"MIDDLEWARE": [*MIDDLEWARE, project.MIDDLEWARE]},
        {"MIDDLEWARE": MIDDLEWARE},
    ),
    ("otpguard.W002", {"MIDDLEWARE": [CACHE, *ENROLLING]}, {"MIDDLEWARE": [CACHE, *MIDDLEWARE]}),
    (
        "otpguard.E018",
        {"INSTALLED_APPS": [a for a in django_settings.INSTALLED_APPS if a != "django_otp"]},
        {"INSTALLED_APPS": django_settings.INSTALLED_APPS},
    ),
    (
        "otpguard.E011",
        {"MIDDLEWARE": [project.OTP, *MIDDLEWARE]},
        {"MIDDLEWARE": [*MIDDLEWARE, project.OTP]},
    ),
    (
        "otpguard.E020",
        {"MIDDLEWARE": [*MIDDLEWARE, project.DJANGO_OTP], **ours(OTP_LOGIN=True)},
        {"MIDDLEWARE": [*MIDDLEWARE, project.OTP], **ours(OTP_LOGIN=True)},
    ),
    (
        "otpguard.W008",
        {"MIDDLEWARE": MIDDLEWARE, **ours(OTP_LOGIN=True)},
        {"MIDDLEWARE": [*MIDDLEWARE, project.DJANGO_OTP], **ours(OTP_LOGIN=False)},
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_project, number, wrong, right)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("client_ip", "proxies", "warned"),
    [
        ("10.0.0.1", 0, True),
        ("::1", 0, True),
        ("", 0, True),
        ("203.0.113.7", 0, False),
        ("10.0.0.1", 1, False),
    ],
)
def test_clients_from_within_the_house_show_that_there_is_a_proxy(
    client_ip: str, proxies: int, warned: bool
) -> None:
    stopped().start(client_ip=client_ip)
    with override_settings(**ours(TRUSTED_PROXIES=proxies)):
        found = check_clients(databases=["default"])
    assert [message.id for message in found] == (["otpguard.W042"] if warned else [])
    assert check_clients(databases=None) == []


@pytest.mark.django_db
def test_a_database_without_tables_tells_nothing() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_event RENAME TO otpguard_event_away")
        assert check_clients(databases=["default"]) == []
        transaction.set_rollback(True)
