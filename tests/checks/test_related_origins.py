"""A site whose passkeys serve other domains is told if browsers would not know or not look."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.related_origins import check_related_origins


def numbers(settings: Any, *origins: str, party: str = "acme.com") -> list[str | None]:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "RELYING_PARTY_ID": party,
        "RELYING_PARTY_ORIGINS": list(origins),
    }
    return [each.id for each in check_related_origins()]


def test_origins_of_the_domain_need_nothing(settings: Any) -> None:
    assert numbers(settings, "https://app.acme.com") == []
    assert numbers(settings, "https://acme.de", party="") == []


SIX = [f"https://name{number}.de" for number in range(6)]
CASES: list[tuple[str, list[str], str]] = [
    ("otpguard.E205", ["https://acme.de"], "tests.urls"),
    ("otpguard.W206", SIX, "tests.web.related"),
]


@pytest.mark.parametrize(("number", "origins", "urls"), CASES)
def test_a_site_that_browsers_would_not_serve_is_told(
    settings: Any, number: str, origins: list[str], urls: str
) -> None:
    settings.ROOT_URLCONF = urls
    assert numbers(settings, *origins) == [number]


def test_a_mounted_list_of_five_names_is_fine_also_of_one_name_in_many_countries(
    settings: Any,
) -> None:
    settings.ROOT_URLCONF = "tests.web.related"
    assert numbers(settings, *SIX[:5]) == []
    assert numbers(settings, *(f"https://acme.{land}" for land in ("de", "fr", "at", "ch"))) == []
    assert numbers(settings, *SIX[:5], "https://name1.fr") == []


def test_settings_that_cannot_be_read_are_anothers_business(settings: Any) -> None:
    settings.OTPGUARD = {"NO_SUCH_KEY": 1}
    assert check_related_origins() == []
