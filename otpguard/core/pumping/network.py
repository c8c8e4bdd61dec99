"""What the network of a client's IP address says about a send, and how a data record is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from otpguard.core.phone import is_country
from otpguard.core.pumping.attempt import Attempt, NetworkFacts, NetworkKind, SpendLane
from otpguard.core.pumping.verdict import Action, Layer, Signal

HARDEST_WORK = 3

_FLAGS = (
    ("is_tor_exit_node", NetworkKind.TOR),
    ("is_anonymous_vpn", NetworkKind.PROXY),
    ("is_public_proxy", NetworkKind.PROXY),
    ("is_residential_proxy", NetworkKind.PROXY),
    ("is_anonymous_proxy", NetworkKind.PROXY),
    ("is_hosting_provider", NetworkKind.HOSTING),
    ("is_anonymous", NetworkKind.PROXY),
)
"""The flags of the GeoLite2 and GeoIP2 formats, the most telling first."""

_ASN = "autonomous_system_number"
_COUNTRIES = ("country", "registered_country")
_LARGEST_ASN = 2**32 - 1
_SUSPECT = frozenset({NetworkKind.HOSTING, NetworkKind.TOR, NetworkKind.PROXY})


def is_known_kind(record: object) -> bool:
    """True for a record of a file that we can read: it has an ASN, a country or a flag."""
    fields = _fields(record)
    return any(name in fields for name in (_ASN, *_COUNTRIES, *(flag for flag, _kind in _FLAGS)))


def facts_of(records: Iterable[object], *, complete: bool) -> NetworkFacts:
    """The facts that the records of several files give together; the first that says something
    counts. `records` has None for a file that does not know the IP address.

    `complete` is False if a file could not be read: then nobody vouches that an address without a
    flag is an ordinary one, and it is UNKNOWN. So is one that no file knows.
    """
    asn, country, kind = 0, "", None
    found = [_fields(each) for each in records if each is not None]
    for fields in found:
        asn = asn or _asn(fields.get(_ASN))
        country = country or _country(fields)
        kind = kind or next((kind for flag, kind in _FLAGS if fields.get(flag) is True), None)
    if kind is None:
        is_ordinary = complete and bool(asn or country)
        kind = NetworkKind.ORDINARY if is_ordinary else NetworkKind.UNKNOWN
    return NetworkFacts(kind=kind, asn=asn, country=country)


def network_signal(attempt: Attempt) -> Signal:
    """What stands in every record about the network, OFF and UNKNOWN too.

    Behind a hosting provider, a Tor exit or a proxy it asks for the hardest proof of work, unless
    the tenant has shown use or the number is its owner's confirmed factor. Outside any tenant
    nobody has shown use.
    """
    facts = attempt.network
    suspect = facts.kind in _SUSPECT
    is_new = attempt.is_strict or not attempt.tenant
    asks = suspect and is_new and attempt.lane is not SpendLane.OWNER
    return Signal(
        layer=Layer.NETWORK,
        action=Action.PROOF_OF_WORK if asks else Action.SEND,
        reason=f"network_{facts.kind}",
        weight=50 if suspect else 0,
        work_level=HARDEST_WORK if asks else 0,
        detail=_described(facts),
    )


def _described(facts: NetworkFacts) -> str:
    named = [f"AS{facts.asn}" if facts.asn else "", facts.country]
    return " ".join(each for each in named if each)


def _fields(record: object) -> Mapping[str, Any]:
    """The fields of a record; some files keep them under `traits`."""
    if not isinstance(record, Mapping):
        return {}
    traits = record.get("traits")
    return {**traits, **record} if isinstance(traits, Mapping) else record


def _asn(value: object) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 < value <= _LARGEST_ASN else 0  # type: ignore[operator,return-value]  # is_number


def _country(fields: Mapping[str, Any]) -> str:
    for name in _COUNTRIES:
        stated = fields.get(name)
        code = stated.get("iso_code") if isinstance(stated, Mapping) else None
        if isinstance(code, str) and is_country(code):
            return code
    return ""
