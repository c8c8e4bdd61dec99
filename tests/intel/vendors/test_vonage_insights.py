"""Vonage Identity Insights: each insight has its own status, and new words are unknown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from otpguard.core.pumping.intel.number_report import IntelFact, LineType, NumberReport
from otpguard.intel.number import NoAnswer, NumberIntel
from otpguard.intel.vendors.vonage_insights import VonageInsights
from otpguard.testing.number_intel_contract import NumberIntelContract
from otpguard.testing.vendor_server import Reply, Vendor, vendor
from tests.vendors.number_intel import VONAGE, ago, query, vonage


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
BOTH = (IntelFact.LINE_TYPE, IntelFact.SIM_SWAP)


class TestVonageInsights(NumberIntelContract):
    rule = staticmethod(vonage)

    def made(self, base: str) -> NumberIntel:
        return VonageInsights(application_id="secret-app", private_key=RSA, base=base)


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(vonage) as running:
        yield running


def ask(server: Vendor) -> NumberReport | NoAnswer:
    driver = VonageInsights(application_id="a", private_key=RSA, base=server.url)
    return driver.look_up(query(*BOTH), until=time.monotonic() + 2)


def said(server: Vendor, insight: str, **fields: Any) -> NumberReport:
    insights = {**VONAGE, insight: {**VONAGE[insight], **fields}}
    server.reply = Reply(200, {"insights": insights})
    found = ask(server)
    assert isinstance(found, NumberReport)
    return found


def test_both_facts_come_by_one_request(server: Vendor) -> None:
    assert ask(server) == NumberReport(line_type=LineType.MOBILE, carrier="310-456", swapped=True)
    assert len(server.received) == 1


@pytest.mark.parametrize("insight", VONAGE)
def test_an_insight_that_failed_is_unknown(server: Vendor, insight: str) -> None:
    assert len(said(server, insight, status={"code": "NO_COVERAGE"}).known) == 1


@pytest.mark.parametrize("word", ["SATELLITE", None, 7])
def test_a_network_type_that_is_new_is_unknown(server: Vendor, word: object) -> None:
    assert said(server, "current_carrier", network_type=word).line_type is None


@pytest.mark.parametrize("code", ["", "31", "310456789", "310-45", 310456])
def test_a_carrier_that_is_none_is_unknown(server: Vendor, code: object) -> None:
    assert said(server, "current_carrier", network_code=code).carrier == ""


@pytest.mark.parametrize(
    ("swapped", "at", "expected"),
    [
        (False, ago(days=30), False),
        (False, None, False),
        (False, ago(days=1), None),
        (True, None, True),
        ("false", None, None),
        (None, ago(days=1), None),
    ],
)
def test_a_no_that_its_own_date_contradicts_is_unknown(
    server: Vendor, swapped: object, at: object, expected: bool | None
) -> None:
    found = said(server, "sim_swap", is_swapped=swapped, latest_sim_swap_at=at)
    assert found.swapped is expected


@pytest.mark.parametrize(
    "changed",
    [
        {"application_id": ""},
        {"private_key": "no key"},
        {"private_key": pem(ec.generate_private_key(ec.SECP256R1()))},
        {"base": "http://vendor.example"},
    ],
)
def test_options_that_cannot_be_are_refused_without_telling_them(changed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        VonageInsights(**{"application_id": "a", "private_key": RSA, **changed})
    assert "PRIVATE" not in str(refused.value)
