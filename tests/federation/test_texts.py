"""Who reads DNS is what the setting names; what cannot be loaded knows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.federation.dns_texts import DnsTexts
from otpguard.federation.texts import ResolverDownError, resolver
from tests.dns_server import LoopbackTexts


def test_without_a_setting_the_one_that_ships_reads() -> None:
    assert type(resolver()) is DnsTexts


def test_a_project_reads_by_its_own(settings: Any) -> None:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    assert isinstance(resolver(), LoopbackTexts)


@pytest.mark.parametrize("path", ["no.such.Resolver", "tests.dns_server.running"])
def test_a_resolver_that_cannot_be_loaded_is_one_that_is_down(settings: Any, path: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    with pytest.raises(ResolverDownError):
        resolver()
