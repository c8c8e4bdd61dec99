"""Links in messages: absolute and to this site, or none."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.notices.links import CONFIRM_PAGE, SECURITY_PAGE, origin, page

ORIGINS = ["https://app.acme.example", "https://eu.acme.example:8443/"]


@pytest.fixture(autouse=True)
def _pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.notices.pages"


def test_a_link_leads_to_the_host_of_the_request() -> None:
    assert page(SECURITY_PAGE, host="acme.example") == "https://acme.example/security/"
    assert page(CONFIRM_PAGE, "abc", host="acme.example").endswith("/security/email/abc/")


def test_without_a_host_there_is_no_link() -> None:
    assert page(SECURITY_PAGE, host="") == ""


def test_without_such_a_page_there_is_no_link() -> None:
    assert page("otpguard:no_such_page", host="acme.example") == ""


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "localhost"])
def test_a_developers_own_machine_is_not_asked_for_a_certificate(host: str) -> None:
    assert origin(host) == f"http://{host}"


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example"])
def test_what_only_looks_like_it_is_not_such_a_machine(host: str) -> None:
    assert origin(host) == f"https://{host}"


def test_a_fixed_list_of_origins_wins_over_the_host(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ORIGINS": ORIGINS}
    assert origin("eu.acme.example:8443") == "https://eu.acme.example:8443"
    assert origin("elsewhere.example") == "https://app.acme.example"
    assert origin("") == ""
