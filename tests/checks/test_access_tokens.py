"""Checks of TOKEN_ISSUERS."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from otpguard.checks.access_tokens import access_tokens
from otpguard.checks.options import check_settings
from otpguard.conf import settings as ours_now
from tests.checks.projects import Case, names, ours, try_check

GOOD = {"AUDIENCE": "https://api.example.com", "ACR": ["mfa"]}
ISSUER = "https://login.example.com"
OBTAIN = {"TOKEN_OBTAIN_SERIALIZER": "otpguard.contrib.simplejwt.LoginTokenObtainPairSerializer"}
REFRESH = {"TOKEN_REFRESH_SERIALIZER": "otpguard.contrib.simplejwt.LoginTokenRefreshSerializer"}
CASES: list[Case] = [
    (
        "otpguard.E225",
        ours(TOKEN_ISSUERS={ISSUER: {**GOOD, "ALGORITHMS": ["HS256"]}}),
        ours(TOKEN_ISSUERS={ISSUER: {**GOOD, "ALGORITHMS": ["ES256"]}}),
    ),
    (
        "otpguard.E226",
        ours(TOKEN_ISSUERS={ISSUER: {**GOOD, "PERSON": "no.such"}}),
        ours(TOKEN_ISSUERS={ISSUER: GOOD}),
    ),
    (
        "otpguard.E230",
        {**ours(), "SIMPLE_JWT": OBTAIN},
        {**ours(), "SIMPLE_JWT": {**OBTAIN, **REFRESH}},
    ),
    (
        "otpguard.E231",
        ours(CLIENT_RETURN_URLS=["javascript:alert(1)"]),
        ours(CLIENT_RETURN_URLS=["com.example.crm:/confirmed", "https://crm.example.com/done"]),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_an_issuer_that_cannot_serve_is_told(number: str, wrong: Any, right: Any) -> None:
    try_check(check_settings, number, wrong, right)


def test_without_the_extra_tokens_cannot_be_read(settings: Any, monkeypatch: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "TOKEN_ISSUERS": {ISSUER: GOOD}}
    monkeypatch.setitem(sys.modules, "joserfc", None)
    assert [each.id for each in access_tokens(ours_now())] == ["otpguard.E226"]
