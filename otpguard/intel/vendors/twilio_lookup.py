"""Twilio Lookup v2 (https://www.twilio.com/docs/lookup/v2-api).

SIM swaps need an approval by carriers, reassigned numbers are those of the USA. A package that is
not covered or not provisioned comes with an `error_code` of its own in an answer of status 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from otpguard.core.pumping.intel.number_report import (
    IntelFact,
    LineType,
    NumberQuery,
    NumberReport,
    carrier_of,
    risk_of,
    swapped_within,
    truth_of,
)
from otpguard.intel.number import NoAnswer
from otpguard.intel.vendors.call import ask, basic, part
from otpguard.transport.exchange import Request, checked_url

BASE = "https://lookups.twilio.com"

PACKAGES: Mapping[IntelFact, str] = MappingProxyType(
    {
        IntelFact.LINE_TYPE: "line_type_intelligence",
        IntelFact.SIM_SWAP: "sim_swap",
        IntelFact.PUMPING_RISK: "sms_pumping_risk",
        IntelFact.REASSIGNED: "reassigned_number",
    }
)
_LINES: Mapping[str, LineType] = MappingProxyType(
    {
        "mobile": LineType.MOBILE,
        "landline": LineType.LANDLINE,
        "fixedvoip": LineType.VOIP,
        "nonfixedvoip": LineType.VOIP,
        "personal": LineType.PERSONAL,
        "tollfree": LineType.TOLL_FREE,
        "premium": LineType.OTHER,
        "sharedcost": LineType.OTHER,
        "uan": LineType.OTHER,
        "voicemail": LineType.OTHER,
        "pager": LineType.OTHER,
    }
)
_REASSIGNED: Mapping[object, bool] = MappingProxyType({"yes": True, "no": False})
_PERIOD = re.compile(r"P(?:(\d{1,4})D)?(?:T(\d{1,5})H)?")


class TwilioLookup:
    """The driver. `account_sid` may also be the SID of an API key with its secret as `auth_token`.
    `base` is for tests and other regions. Raises ValueError for what cannot be."""

    facts = frozenset(PACKAGES)

    def __init__(self, *, account_sid: str, auth_token: str, base: str = BASE) -> None:
        if not (account_sid and auth_token):
            raise ValueError("account_sid and auth_token must not be empty")
        self._authorization = basic(account_sid, auth_token)
        self._base = checked_url(base)

    def look_up(self, query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """See NumberIntel: one request for all facts."""
        fields = {"Fields": ",".join(sorted(PACKAGES[fact] for fact in query.wanted))}
        if IntelFact.REASSIGNED in query.wanted and query.verified_on is not None:
            fields["LastVerifiedDate"] = f"{query.verified_on:%Y%m%d}"
        where = f"{self._base}/v2/PhoneNumbers/{quote(query.e164, safe='')}?{urlencode(fields)}"
        headers = {"Authorization": self._authorization}
        said = ask(Request(method="GET", url=where, headers=headers), until=until)
        if isinstance(said, NoAnswer):
            return said
        if said and said.get("phone_number") != query.e164:
            return NoAnswer(reason="the answer is about another number")
        line = _package(said, IntelFact.LINE_TYPE)
        report = NumberReport(
            line_type=_LINES.get(str(line.get("type")).lower()),
            carrier=carrier_of(line.get("mobile_country_code"), line.get("mobile_network_code")),
            risk=risk_of(_package(said, IntelFact.PUMPING_RISK).get("sms_pumping_risk_score")),
            swapped=_swapped(_package(said, IntelFact.SIM_SWAP), query),
            reassigned=_reassigned(_package(said, IntelFact.REASSIGNED), query),
        )
        return report.only(query.wanted)


def _package(said: dict[str, Any], fact: IntelFact) -> dict[str, Any]:
    found = part(said, PACKAGES[fact])
    return {} if found.get("error_code") is not None else found


def _swapped(package: dict[str, Any], query: NumberQuery) -> bool | None:
    """The date, and whether it was within the vendor's own period. A no counts as far as that is
    long enough; where the two contradict each other, yes is believed."""
    last = part(package, "last_sim_swap")
    by_date = swapped_within(last.get("last_sim_swap_date"), query.swap_days, now=query.now)
    within = truth_of(last.get("swapped_in_period"))
    period = _PERIOD.fullmatch(str(last.get("swapped_period")))
    covered = timedelta(
        days=int(period[1] or 0) if period else 0, hours=int(period[2] or 0) if period else 0
    )
    wanted = timedelta(days=query.swap_days)
    if within is None or by_date is True:
        return by_date
    if within:
        return not (by_date is False and covered > wanted)
    return False if by_date is False or covered >= wanted else None


def _reassigned(package: dict[str, Any], query: NumberQuery) -> bool | None:
    """Only what is said about our day counts."""
    day = query.verified_on
    said = package.get("last_verified_date")
    if day is None or said not in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}"):
        return None
    answer = package.get("is_number_reassigned")
    return _REASSIGNED.get(answer) if isinstance(answer, str) else None
