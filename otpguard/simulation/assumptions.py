"""Every number that the simulation assumes about people, prices and attackers, with its source.

A figure without a source is an assumption of this simulation, chosen so that the attacker does not
look weaker than in the reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# --- people ------------------------------------------------------------------------------------

PEOPLE_A_DAY: Final = 333
"""Assumption: a site with 10,000 sign-ups a month. A smaller one has smaller budgets by habit."""

CONVERSION: Final = 0.85
"""Share of people who enter their code. Published: 72 % of started verifications by SMS
(phone-verif.com, 2026-03), 65 % (Telesign, "Top seven")."""

MEDIAN_SECONDS: Final = 13.5
"""Between message and code, the median (phone-verif.com, 2026-03)."""

SPREAD_OF_SECONDS: Final = 1.03
"""Sigma of its logarithm: 99 % answer within 150 seconds."""

FILLED_MS: Final = 8_000
"""How long people take to fill in the form, in milliseconds: assumption."""

ASK_AGAIN: Final = 0.37
"""Share of people without success who try once more (TrueCheck, 2026-01)."""

INVITED: Final = 0.60
"""Share of people whom an organization invited: assumption for a B2B site."""

KNOWN: Final = 0.06
"""Share of people whose browser has proven a number before: assumption."""

BEHIND_SHARED_IP: Final = 0.25
"""Share of people behind an IP address with 50 people or more: the given mix."""

IN_BURSTS: Final = 0.02
"""Share of people who come in bursts of 300 within 30 minutes behind one address: the given mix."""

CONFERENCE: Final = 300
CONFERENCE_SECONDS: Final = 1_800
CLASS: Final = 150
CLASS_SECONDS: Final = 3_600
ROLL_OUT: Final = 500
ROLL_OUT_SECONDS: Final = 28_800

SHARED_IPS: Final[Mapping[str, int]] = MappingProxyType(
    {"office-500": 500, "office-300": 300, "campus-200": 200, "office-100": 100, "office-50": 50}
)
"""Corporate NATs by the number of people behind each: assumption."""

COUNTRIES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "US": 0.70,
        "GB": 0.06,
        "CA": 0.05,
        "DE": 0.04,
        "FR": 0.03,
        "NL": 0.02,
        "AU": 0.025,
        "ES": 0.02,
        "IT": 0.02,
        "BR": 0.02,
        "PK": 0.005,
        "ID": 0.005,
        "NG": 0.005,
    }
)
"""Shares of people by the country of their number: assumption. These are the countries where the
site has people; three of them are dear ones, in which attackers earn."""

FREEMAIL_SHARE: Final = 0.40
FREEMAIL_DOMAIN: Final = "gmail.com"
COMPANIES: Final = 3_000
"""Where strangers have their mailbox: two in five at a large provider, the others at one of so many
companies, or at their own in an office or a campus. Assumptions. Everybody opens their link."""

EXPECTED_STRANGERS: Final = 1 - INVITED - KNOWN
"""The share of its people that a site names as EXPECTED_SIGNUPS_PER_DAY, so that it has budgets
before it has habits; with the whole percents of COUNTRIES as EXPECTED_COUNTRIES."""

BY_DAY: Final = 0.75
"""Share of people who come between 8:00 and 20:00 UTC: assumption."""

# --- prices ------------------------------------------------------------------------------------

PRICES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "US": 11_800,
        "CA": 11_800,
        "GB": 46_300,
        "DE": 88_000,
        "FR": 79_800,
        "NL": 92_000,
        "AU": 51_500,
        "ES": 75_000,
        "IT": 84_000,
        "BR": 49_000,
        "PK": 134_000,
        "ID": 200_000,
        "NG": 173_000,
    }
)
"""A text message in micro-dollars. Assumptions in the range of public price lists; PK is the
average of pumped messages (Prelude, 2025 SMS fraud: $3.26 million for 24.3 million messages), and
the three dear countries average $0.169."""

PRICE_ELSEWHERE: Final = 134_000
"""Everywhere else: the same average of pumped messages."""

# --- attackers ---------------------------------------------------------------------------------

ATTACK_HOURS: Final = 48
A_SECOND: Final = 10.0
"""Requests of an attacker a second. Reports: 2.3/s for five days (Blackpanda, 2026-03), 17/s for
four hours (Eknix)."""

BOTNET: Final = 5_000
"""Addresses of an attacker. Reports: residential proxies, hundreds of addresses with one or two
requests each (Blackpanda)."""

DEAR: Final = ("PK", "ID", "NG")
"""Dear countries in which the site has people, so that its list of countries lets them through."""

BLOCKS: Final = 36
"""Blocks of adjacent numbers that an attacker has a share in (Twilio glossary: blocks of one
operator)."""

FAR_COUNTRIES: Final = (
    *("AZ", "BD", "CU", "DZ", "HN", "IL", "IQ", "IR", "KG", "MM", "LK", "TN", "UZ", "KZ"),
    *("JM", "BB", "DM", "RU", "SD", "TJ"),
)
"""Countries outside the site's, most of which others close as pumped (Authgear, Stytch)."""

SIMS: Final = 300
"""Real SIM cards of one attacker; rented numbers cost under a cent a code (Crawlex)."""

SIMS_CONVERT: Final = 0.50
FEW_CONVERT: Final = 0.20
MOST_CONVERT: Final = 0.80
"""Shares of an attacker's numbers that answer: 20 % is the given mix, the others assumptions."""

MAILBOXES: Final = 200
CATCH_ALL_DOMAINS: Final = 20
"""What every attacker has; freemail is cheaper than numbers (Crawlex)."""

MANY_DOMAINS: Final = 500
"""Domains of an attacker who buys them: assumption, at some dollars each."""

SLOW_AN_HOUR: Final = 12.0
SLOW_DAYS: Final = 14

BUILD_UP_DAYS: Final = 14
BUILD_UP_A_DAY: Final = 10.0
BUILD_UP_CONVERTS: Final = 0.70
"""Slow reputation building: the given mix; ten a day is an assumption."""

FILLED_MS_OF_ATTACKER: Final = 2_000
"""Assumption: their scripts wait long enough to look like a fast person."""

RESENDS_OF_ATTACKER: Final = 2
"""How often a script asks again for a code that it was sent: as often as the challenge lets it."""


def price_of(country: str) -> int:
    """What one text message to a country (ISO 3166) costs, in micro-dollars."""
    return PRICES.get(country, PRICE_ELSEWHERE)
