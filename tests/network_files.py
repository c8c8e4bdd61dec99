"""Small network files (.mmdb) of documentation ranges, for tests and the demo's data.

python -m tests.network_files demo_project/network.mmdb
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

RECORDS: dict[str, dict[str, Any]] = {
    "192.0.2.0/24": {
        "autonomous_system_number": 64_496,
        "autonomous_system_organization": "Example Broadband",
        "country": {"iso_code": "US"},
    },
    "198.51.100.0/24": {
        "autonomous_system_number": 64_497,
        "autonomous_system_organization": "Example Hosting",
        "country": {"iso_code": "DE"},
        "is_anonymous": True,
        "is_hosting_provider": True,
    },
    "203.0.113.0/25": {
        "autonomous_system_number": 64_498,
        "autonomous_system_organization": "Example Relays",
        "country": {"iso_code": "NL"},
        "is_anonymous": True,
        "is_tor_exit_node": True,
    },
    "203.0.113.128/25": {
        "autonomous_system_number": 64_499,
        "autonomous_system_organization": "Example Proxies",
        "traits": {"is_residential_proxy": True},
    },
    "2001:db8::/32": {
        "autonomous_system_number": 64_500,
        "autonomous_system_organization": "Example Fiber",
        "country": {"iso_code": "FR"},
    },
}
"""RFC 5737, 3849 and 5398: IP addresses and networks that nobody has."""

HOSTING, TOR, PROXY = "198.51.100.7", "203.0.113.7", "203.0.113.200"
ORDINARY, UNKNOWN = "192.0.2.7", "198.18.0.1"


class _Writer(MMDBWriter):
    """A writer whose data was made at a moment of ours."""

    built_at: datetime

    def _build_meta(self) -> dict[str, Any]:
        return {**super()._build_meta(), "build_epoch": int(self.built_at.timestamp())}


def write_network_file(
    path: Path,
    records: dict[str, dict[str, Any]] | None = None,
    *,
    ip_version: int = 6,
    built_at: datetime | None = None,
) -> Path:
    """Write a file; without `built_at` its data was made now."""
    writer = _Writer(
        ip_version=ip_version,
        ipv4_compatible=ip_version == 6,
        database_type="Otpguard-Example",
        languages=["en"],
        description="Documentation ranges",
    )
    writer.built_at = built_at or datetime.now(UTC)
    for network, record in (RECORDS if records is None else records).items():
        if ip_version == 6 or ":" not in network:
            writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


if __name__ == "__main__":
    # It never grows old: these networks do not change hands.
    write_network_file(Path(sys.argv[1]), built_at=datetime(2100, 1, 1, tzinfo=UTC))
