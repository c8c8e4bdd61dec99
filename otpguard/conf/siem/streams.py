"""SIEM: whom streams may reach. STORAGE_REGION, STORAGE_REGIONS: where data and files lie.
METRICS_TOKENS: who reads the numbers of the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.outside_ip import Network
from otpguard.core.registry import nearest
from otpguard.core.siem.syslog import EXAMPLE_NUMBER

KEYS = ("ALLOWED_NETWORKS", "CA_FILE", "ENTERPRISE_NUMBER")
MOST_NUMBER = 2**32 - 1
LEAST_TOKEN = 32
_TOKEN = re.compile(r"[!-~]+")
_REGION = re.compile(r"[A-Z]{2,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiemConfig:
    """Networks that are not public and may be reached all the same, a file of further authorities
    for TLS, and the enterprise number that names our fields in syslog."""

    allowed_networks: tuple[Network, ...] = ()
    ca_file: str = ""
    enterprise_number: int = EXAMPLE_NUMBER


def read_siem(value: object, _so_far: object = None) -> SiemConfig:
    """SIEM as it is given. Raises SettingsError (E001, E002, E175, E176)."""
    given, usual = mapping(value), SiemConfig()
    for key in given:
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
    number = of_type(given.get("ENTERPRISE_NUMBER", usual.enterprise_number), int)
    if not 0 < number <= MOST_NUMBER:
        raise SettingsError("otpguard.E002", f"ENTERPRISE_NUMBER must be from 1 to {MOST_NUMBER}")
    ca_file = of_type(given.get("CA_FILE", usual.ca_file), str)
    if ca_file and not Path(ca_file).is_file():
        raise SettingsError("otpguard.E176", f'CA_FILE: there is no file "{ca_file}"')
    return SiemConfig(
        allowed_networks=tuple(map(_network, names(given.get("ALLOWED_NETWORKS", ())))),
        ca_file=ca_file,
        enterprise_number=number,
    )


def read_storage_region(value: object, _so_far: object = None) -> str:
    """STORAGE_REGION as a value, in capitals. Raises SettingsError (E002, E177)."""
    region: str = of_type(value, str).upper()
    if region and not _REGION.fullmatch(region):
        raise SettingsError("otpguard.E177", 'must be 2 to 8 letters, such as "EU"')
    return region


def read_storage_regions(value: object, _so_far: object = None) -> Mapping[str, str]:
    """STORAGE_REGIONS as a value, in capitals. Raises SettingsError (E002, E235)."""
    found = {}
    for alias, region in mapping(value).items():
        if not (isinstance(region, str) and _REGION.fullmatch(region.upper())):
            wanted = f'"{alias}" must have 2 to 8 letters, such as "EU"'
            raise SettingsError("otpguard.E235", wanted)
        found[alias] = region.upper()
    return MappingProxyType(found)


def read_metrics_tokens(value: object, _so_far: object = None) -> tuple[str, ...]:
    """METRICS_TOKENS as it is given. Raises SettingsError (E002, E237)."""
    tokens = names(value)
    if any(len(each) < LEAST_TOKEN or not _TOKEN.fullmatch(each) for each in tokens):
        wanted = f"a token must have {LEAST_TOKEN} characters or more, without spaces"
        raise SettingsError("otpguard.E237", wanted)
    return tokens


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise SettingsError("otpguard.E175", f"ALLOWED_NETWORKS: {error}") from None


SIEM_READERS: dict[str, Callable[[object, Any], Any]] = {
    "siem": read_siem,
    "storage_region": read_storage_region,
    "storage_regions": read_storage_regions,
    "metrics_tokens": read_metrics_tokens,
}
"""By the name of the field, as in `otpguard.conf.readers`."""
