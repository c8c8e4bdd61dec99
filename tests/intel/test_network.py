"""Files that tell the network of an IP address: read lazily, read again, and never a bypass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind
from otpguard.intel.network import NetworkFile, NetworkFileError, network_data, open_file
from tests.network_files import (
    HOSTING,
    ORDINARY,
    PROXY,
    RECORDS,
    TOR,
    UNKNOWN,
    write_network_file,
)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return write_network_file(tmp_path / "whole.mmdb")


def facts(settings: Any, client_ip: str, *paths: Path) -> NetworkFacts:
    settings.OTPGUARD = {"NETWORK_FILES": [str(path) for path in paths]}
    return network_data().facts_of(client_ip)


@pytest.mark.parametrize(
    ("client_ip", "expected"),
    [
        (ORDINARY, NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_496, country="US")),
        (HOSTING, NetworkFacts(kind=NetworkKind.HOSTING, asn=64_497, country="DE")),
        (TOR, NetworkFacts(kind=NetworkKind.TOR, asn=64_498, country="NL")),
        (PROXY, NetworkFacts(kind=NetworkKind.PROXY, asn=64_499)),
        ("2001:db8:1::7", NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_500, country="FR")),
        (UNKNOWN, NetworkFacts(kind=NetworkKind.UNKNOWN)),
        ("", NetworkFacts(kind=NetworkKind.UNKNOWN)),
    ],
)
def test_an_address_has_the_facts_of_its_network(
    settings: Any, whole: Path, client_ip: str, expected: NetworkFacts
) -> None:
    assert facts(settings, client_ip, whole) == expected


def test_without_files_the_layer_is_off(settings: Any) -> None:
    assert facts(settings, HOSTING).kind is NetworkKind.OFF


def test_several_files_complete_each_other(settings: Any, tmp_path: Path) -> None:
    asn = {"autonomous_system_number": 64_497}
    first = write_network_file(tmp_path / "asn.mmdb", {"198.51.100.0/24": asn})
    flags = {"is_hosting_provider": True}
    second = write_network_file(tmp_path / "flags.mmdb", {"198.51.100.0/24": flags})
    found = facts(settings, HOSTING, first, second)
    assert (found.kind, found.asn) == (NetworkKind.HOSTING, 64_497)


def spoil(path: Path, how: str) -> None:
    raw = path.read_bytes()
    match how:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "rubbish":
            path.write_bytes(b"\0rubbish" * 99)
        case "cut":
            path.write_bytes(raw[: len(raw) // 2])
        case "a folder":
            path.unlink()
            path.mkdir()
        case "another kind":
            write_network_file(path, {"198.51.100.0/24": {"domain": "example.com"}})


SPOILED = ["missing", "empty", "rubbish", "cut", "a folder", "another kind"]


@pytest.mark.parametrize("how", SPOILED)
def test_a_file_that_cannot_be_used_makes_everybody_unknown(
    settings: Any, whole: Path, how: str
) -> None:
    spoil(whole, how)
    assert facts(settings, ORDINARY, whole) == NetworkFacts(kind=NetworkKind.UNKNOWN)
    with pytest.raises(NetworkFileError, match=str(whole)):
        open_file(str(whole))


def test_damage_behind_a_good_end_of_the_file_is_found_when_it_is_met(
    settings: Any, whole: Path
) -> None:
    raw = bytearray(whole.read_bytes())
    end = raw.rfind(b"\xab\xcd\xefMaxMind.com")
    raw[: end // 2] = b"\xff" * (end // 2)
    whole.write_bytes(raw)
    assert facts(settings, ORDINARY, whole).kind is NetworkKind.UNKNOWN


@pytest.mark.parametrize("how", SPOILED)
def test_a_good_file_that_goes_bad_leaves_the_last_good_data(
    settings: Any, whole: Path, how: str
) -> None:
    assert facts(settings, HOSTING, whole).kind is NetworkKind.HOSTING
    spoil(whole, how)
    assert network_data().facts_of(HOSTING).kind is NetworkKind.HOSTING


def test_a_replaced_file_is_read_again_and_one_that_appears_too(
    settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "late.mmdb"
    assert facts(settings, HOSTING, path).kind is NetworkKind.UNKNOWN
    write_network_file(path)
    assert network_data().facts_of(HOSTING).kind is NetworkKind.HOSTING
    changed = {"198.51.100.0/24": {"is_tor_exit_node": True}}
    write_network_file(tmp_path / "new.mmdb", changed).replace(path)
    assert network_data().facts_of(HOSTING).kind is NetworkKind.TOR


def test_a_file_overwritten_in_place_under_a_reader_ends_nothing(
    settings: Any, whole: Path
) -> None:
    assert facts(settings, HOSTING, whole).kind is NetworkKind.HOSTING
    whole.write_bytes(b"")
    for _ in range(3):
        assert network_data().facts_of(TOR).kind is NetworkKind.TOR


def test_many_threads_share_one_reader(whole: Path) -> None:
    file = NetworkFile(str(whole))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(file.record, [HOSTING] * 200))
    assert found == [RECORDS["198.51.100.0/24"]] * 200


def test_an_ipv6_address_is_unknown_to_a_file_of_ipv4(tmp_path: Path) -> None:
    file = NetworkFile(str(write_network_file(tmp_path / "v4.mmdb", ip_version=4)))
    assert file.record(HOSTING) is not None
    assert file.record("2001:db8::1") is None


def test_the_demo_has_a_small_file_of_documentation_ranges(settings: Any) -> None:
    path = Path(__file__).parents[2] / "demo_project" / "network.mmdb"
    assert path.stat().st_size < 5_000
    assert facts(settings, HOSTING, path).kind is NetworkKind.HOSTING
