"""What a production project must not have, checked by `check --deploy`."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery, current_app
from django.test import override_settings

from otpguard.checks.deployment import check_deployment
from tests.checks.projects import CONSOLE, EMAIL, Case, Project, names, ours, try_check

BEHIND = {**ours(PROVIDERS=EMAIL), "ALLOWED_HOSTS": ["app.example"], "USE_X_FORWARDED_HOST": True}

NAMED = {**ours(PROVIDERS=EMAIL), "ALLOWED_HOSTS": ["app.example"]}

REDIS_AWAY = {
    "BACKEND": "otpguard.limits.redis.RedisLimiter",
    "OPTIONS": {"url": "redis://127.0.0.1:1"},
}

CASES: list[Case] = [
    (
        "otpguard.W145",
        {**NAMED, **ours(PROVIDERS=EMAIL, PUMPING={"RECORD_ONLY": ["network"]})},
        NAMED,
    ),
    (
        "otpguard.E110",
        {**NAMED, "SESSION_COOKIE_SECURE": False, "SECURE_SSL_REDIRECT": False},
        {**NAMED, "SESSION_COOKIE_SECURE": False, "SECURE_SSL_REDIRECT": True},
    ),
    (
        "otpguard.W111",
        {**NAMED, **ours(PROVIDERS=EMAIL, LIMITER=REDIS_AWAY)},
        NAMED,
    ),
    (
        "otpguard.W042",
        BEHIND,
        {**BEHIND, **ours(PROVIDERS=EMAIL, TRUSTED_PROXIES=1)},
    ),
    (
        "otpguard.E016",
        {**ours(PROVIDERS=CONSOLE), "ALLOWED_HOSTS": ["app.example"]},
        {**ours(PROVIDERS=EMAIL), "ALLOWED_HOSTS": ["app.example"]},
    ),
    (
        "otpguard.W003",
        {**ours(PROVIDERS=EMAIL, RELYING_PARTY_ID="app.example"), "ALLOWED_HOSTS": ["*"]},
        {**ours(PROVIDERS=EMAIL), "ALLOWED_HOSTS": ["app.example"]},
    ),
    (
        "otpguard.W011",
        {**ours(PROVIDERS=EMAIL), "ALLOWED_HOSTS": [".app.example"]},
        {
            **ours(PROVIDERS=EMAIL, RELYING_PARTY_ID="app.example"),
            "ALLOWED_HOSTS": ["a.app.example", "b.app.example"],
        },
    ),
    (
        "otpguard.E100",
        {**ours(PROVIDERS=EMAIL, WORKER="inline"), "ALLOWED_HOSTS": ["app.example"]},
        {**ours(PROVIDERS=EMAIL, WORKER="celery"), "ALLOWED_HOSTS": ["app.example"]},
    ),
    (
        "otpguard.E080",
        {
            **ours(PROVIDERS=EMAIL, TEST_NUMBERS={"+12015550123": "424242"}),
            "ALLOWED_HOSTS": ["app.example"],
        },
        {**ours(PROVIDERS=EMAIL, TEST_NUMBERS={}), "ALLOWED_HOSTS": ["app.example"]},
    ),
]


@pytest.fixture(autouse=True)
def _over_https(settings: Any) -> None:
    """As Django's own checks want it in production."""
    settings.SESSION_COOKIE_SECURE = True


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_deployment, number, wrong, right)


def test_a_project_that_names_no_broker_and_no_worker_is_refused() -> None:
    here = current_app._get_current_object()
    with (
        Celery("bare") as bare,
        override_settings(**ours(PROVIDERS=EMAIL), ALLOWED_HOSTS=["app.example"]),
        override_settings(CELERY_BROKER_URL=None),
    ):
        bare.set_current()
        found = [message.id for message in check_deployment()]
    here.set_current()
    assert found == ["otpguard.E100"]


def test_a_broken_setting_does_not_break_the_deployment_check() -> None:
    with override_settings(OTPGUARD={"PRESET": "x"}):
        assert check_deployment() == []
