"""CLIENT_RETURN_URLS names addresses that may get codes, and no others."""

from __future__ import annotations

import pytest

from otpguard.conf.people.client_urls import read_client_urls
from otpguard.conf.values import SettingsError


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com/confirmed",
        "https://crm.example.com/confirmed?from=browser",
        "com.example.crm:/confirmed",
        "com.example.crm://confirmed",
        "http://localhost:5173/confirmed",
        "http://127.0.0.1/confirmed",
    ],
)
def test_an_address_of_an_app_is_taken(url: str) -> None:
    assert read_client_urls([url]) == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/confirmed",
        "https:///confirmed",
        "https://crm.example.com@evil.example/",
        "https://crm.example.com/#token",
        "https://crm.example.com\\@evil.example/",
        "https://crm.example.com/ x",
        "javascript:alert(1)",
        "data:text/html,x",
        "crm:/confirmed",
        "com.example.crm:",
        "/confirmed",
        "https://[broken",
        "",
    ],
)
def test_any_other_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_client_urls([url])
    assert wrong.value.args
