"""Vonage Identity Insights (https://developer.vonage.com/en/identity-insights/overview).

SIM swaps need an application that is registered in Vonage's network registry. Each insight has a
status of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from otpguard.core.pumping.intel.number_report import (
    IntelFact,
    LineType,
    NumberQuery,
    NumberReport,
    carrier_of,
    swapped_within,
    truth_of,
)
from otpguard.intel.number import NoAnswer
from otpguard.intel.vendors.application_token import application_token
from otpguard.intel.vendors.call import ask, json_post, part
from otpguard.transport.exchange import checked_url

BASE = "https://api-eu.vonage.com"
PURPOSE = "FraudPreventionAndDetection"
MCC_LENGTH = 3

_LINES: Mapping[str, LineType] = MappingProxyType(
    {
        "MOBILE": LineType.MOBILE,
        "LANDLINE": LineType.LANDLINE,
        "VIRTUAL": LineType.VOIP,
        "VOIP": LineType.VOIP,
        "TOLL_FREE": LineType.TOLL_FREE,
        "TOLLFREE": LineType.TOLL_FREE,
        "PREMIUM": LineType.OTHER,
        "PAGER": LineType.OTHER,
    }
)
"""The vendor may add types: one that is not here is unknown."""


class VonageInsights:
    """The driver. `private_key` is the PEM of the application's RSA key. `base` is for tests and
    other regions. Raises ValueError for what cannot be."""

    facts = frozenset({IntelFact.LINE_TYPE, IntelFact.SIM_SWAP})

    def __init__(self, *, application_id: str, private_key: str, base: str = BASE) -> None:
        if not application_id:
            raise ValueError("application_id must not be empty")
        try:
            key = load_pem_private_key(private_key.encode(), password=None)
        except (TypeError, ValueError):
            raise ValueError("private_key must be a PEM without a passphrase") from None
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("private_key must be an RSA key")
        self._application_id = application_id
        self._key = key
        self._url = checked_url(f"{base}/identity-insights/v1/requests")

    def look_up(self, query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """See NumberIntel: one request for all facts."""
        insights: dict[str, Any] = {}
        if IntelFact.LINE_TYPE in query.wanted:
            insights["current_carrier"] = {}
        if IntelFact.SIM_SWAP in query.wanted:
            insights["sim_swap"] = {"period": query.swap_days * 24}
        body = {"phone_number": query.e164, "purpose": PURPOSE, "insights": insights}
        token = application_token(self._application_id, self._key, now=query.now)
        said = ask(json_post(self._url, body, authorization=f"Bearer {token}"), until=until)
        if isinstance(said, NoAnswer):
            return said
        found = part(said, "insights")
        carrier, swap = _insight(found, "current_carrier"), _insight(found, "sim_swap")
        code = carrier.get("network_code")
        network = code if isinstance(code, str) else ""
        report = NumberReport(
            line_type=_LINES.get(str(carrier.get("network_type")).upper()),
            carrier=carrier_of(network[:MCC_LENGTH], network[MCC_LENGTH:]),
            swapped=_swapped(swap, query),
        )
        return report.only(query.wanted)


def _insight(found: dict[str, Any], name: str) -> dict[str, Any]:
    insight = part(found, name)
    return insight if part(insight, "status").get("code") == "OK" else {}


def _swapped(swap: dict[str, Any], query: NumberQuery) -> bool | None:
    """What the vendor says about the period; a date that contradicts a no makes it unknown."""
    said = truth_of(swap.get("is_swapped"))
    by_date = swapped_within(swap.get("latest_sim_swap_at"), query.swap_days, now=query.now)
    return None if said is False and by_date else said
