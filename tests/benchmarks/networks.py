"""The networks of the people of `benchmarks.starts`."""

from __future__ import annotations

from pathlib import Path

from tests.network_files import write_network_file

VARIABLE = "OTPGUARD_BENCHMARK_NETWORKS"
"""Of the environment: where the file about networks is."""

_BLOCKS = 128
_CLIENTS = 16
_FIRST = 64_512
"""From here on numbers are for private use."""


def client_ip(each: int) -> str:
    """An address of their own for so many people; each sixteen of them share a network."""
    return f"198.18.{each // 256}.{each % 256}"


def make_file(path: Path) -> None:
    """Write what is known about those networks."""
    records = {
        f"198.18.{block}.{low}/28": {
            "autonomous_system_number": _FIRST + (block * 256 + low) // _CLIENTS,
            "country": {"iso_code": "US"},
        }
        for block in range(_BLOCKS)
        for low in range(0, 256, _CLIENTS)
    }
    write_network_file(path, records, ip_version=4)
