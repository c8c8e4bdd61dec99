"""Each way to tamper with a bundle is found and named, offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otpguard.audit.logs import key_of, note_of
from otpguard.audit.signers import head_signer
from otpguard.core.sealing.note import NoteKey
from otpguard.core.sealing.tree import leaf_hash
from otpguard.models import Event, Seal
from otpguard.verify_export.check import BundleError, verify_bundle
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write
from tests.verify_export.bundles import members, put_back, stored, tampered, written

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    for number in (5, 295):
        write(number=number)
        write(TWO)
        seal()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return written(tmp_path / "bundle.zip")


def key() -> str:
    return key_of(ONE, head_signer().public).text()


def found(path: Path, **more: Any) -> set[tuple[str, int | None]]:
    checked = verify_bundle(path, keys=[key()], **more)
    return {(each.damage.value, each.index) for each in checked.damages}


def test_a_bundle_as_it_was_written_holds(bundle: Path) -> None:
    checked = verify_bundle(bundle, keys=[key()])
    assert (checked.damages, checked.pinned, checked.holds) == ([], True, True)
    assert (checked.events, checked.size, checked.heads) == (300, 300, 2)
    assert checked.origin == f"unnamed.invalid/{ONE.hex}"
    assert found(bundle, fast=True) == set()
    itself = verify_bundle(bundle)
    assert (itself.holds, itself.pinned) == (True, False)


def test_a_line_is_the_leaf(bundle: Path) -> None:
    found_ = members(bundle)
    first = found_["events.jsonl"].split(b"\n")[0]
    assert leaf_hash(first) == found_["tile/0/000"][:32]


def flipped(line: bytes) -> bytes:
    return line.replace(b'"held"', b'"hele"')


def swapped(lines: list[bytes]) -> list[bytes]:
    lines[3], lines[200] = lines[200], lines[3]
    return lines


def older(line: bytes) -> bytes:
    assert b'"at":"20' in line
    return line.replace(b'"at":"20', b'"at":"19')


Change = Callable[[list[bytes]], list[bytes]]
TAMPERS: dict[str, tuple[Change, set[tuple[str, int | None]]]] = {
    "one flipped bit": (
        lambda lines: [*lines[:7], flipped(lines[7]), *lines[8:]],
        {("changed", 7)},
    ),
    "a removed event": (lambda lines: [*lines[:7], *lines[8:]], {("removed", 7)}),
    "the last event removed": (lambda lines: lines[:-1], {("removed", 299)}),
    "an added event": (
        lambda lines: [*lines[:7], flipped(lines[0]), *lines[7:]],
        {("added", None)},
    ),
    "two swapped events": (swapped, {("moved", 3), ("moved", 200)}),
    "a duplicated event": (lambda lines: [*lines, lines[7]], {("duplicated", None)}),
    "a back-dated event": (
        lambda lines: [*lines[:9], older(lines[9]), *lines[10:]],
        {("changed", 9)},
    ),
    "no events at all": (lambda _: [], {("removed", index) for index in range(300)}),
    "an event written in another form": (
        lambda lines: [*lines[:7], lines[7].replace(b'":', b'": '), *lines[8:]],
        {("changed", 7), ("not_canonical", None)},
    ),
    "a last line that is cut off": (
        lambda lines: [*lines[:-1], lines[-1][:-1]],
        {("not_canonical", None)},
    ),
    "a name that is there twice": (
        lambda lines: [*lines[:7], lines[7].replace(b"{", b'{"id":1,', 1), *lines[8:]],
        {("changed", 7), ("not_canonical", None)},
    ),
}


@pytest.mark.parametrize("name", TAMPERS)
def test_tampering_is_found_and_named(bundle: Path, name: str) -> None:
    change, damages = TAMPERS[name]
    path = tampered(bundle, change)
    assert found(path) == damages
    hashes = {each for each in damages if each[0] != "not_canonical"}
    assert found(path, fast=True) - {("not_canonical", None)} == hashes


def test_an_event_of_another_installation_is_named(bundle: Path, settings: Any) -> None:
    settings.OTPGUARD = {"INSTALLATION": "audit.example.com/staging"}
    (foreign,) = write()
    line = Event.objects.get(pk=foreign).body.encode() + b"\n"
    settings.OTPGUARD = {}
    path = tampered(bundle, lambda lines: [*lines, line])
    assert found(path) == {("added", None), ("foreign", None)}


def test_an_event_of_another_tenant_is_named(bundle: Path, tmp_path: Path) -> None:
    other = members(written(tmp_path / "two.zip", TWO))["events.jsonl"].split(b"\n")[0]
    path = tampered(bundle, lambda lines: [*lines, other + b"\n"])
    assert found(path) == {("added", None), ("foreign", None)}


def test_an_event_that_was_sealed_long_after_its_time_is_named(tmp_path: Path) -> None:
    """An insider with the keys who lets the site seal a made-up past."""
    old = write()[0]
    row = Event.objects.get(pk=old)
    changed = row.body.replace('"at":"20', '"at":"19')
    Event.objects.filter(pk=old).update(body=changed)
    seal()
    assert found(written(tmp_path / "bundle.zip")) == {("back_dated", 300)}


def test_a_forked_head_is_named(bundle: Path) -> None:
    content = members(bundle)
    wrong = seals_of()[0]
    wrong.root = b"r" * 32
    wrong.signature = head_signer().sign(head_text(wrong))
    content["heads/5"] = note_of(wrong).full().encode()
    assert ("not_signed", None) in found(stored(bundle, content)), "its clock has not signed that"
    content["heads/5"] = b"\n".join(content["heads/5"].split(b"\n")[:-2]) + b"\n"
    assert found(stored(bundle, content)) == {("forked", None)}


def head_text(wrong: Seal) -> bytes:
    return note_of(wrong).text.encode()


def test_a_bundle_that_somebody_else_signed_is_named(bundle: Path) -> None:
    content = members(bundle)
    own = Ed25519PrivateKey.generate()
    forged = NoteKey(name=f"unnamed.invalid/{ONE.hex}", public=own.public_key().public_bytes_raw())
    content["keys.txt"] = forged.text().encode()
    damages = {each.damage.value for each in verify_bundle(stored(bundle, content)).damages}
    assert "not_signed" in damages
    other = verify_bundle(bundle, keys=[forged.text()])
    assert {each.damage.value for each in other.damages} >= {"not_signed"}


def test_a_head_that_the_log_of_heads_does_not_have_is_named(bundle: Path) -> None:
    content = members(bundle)
    proof = content["checkpoint.tlog-proof"].replace(b"index 2", b"index 0")
    path = stored(bundle, {**content, "checkpoint.tlog-proof": proof})
    assert found(path) == {("forked", None)}
    renamed = content["checkpoint.tlog-proof"].replace(b"/heads\n", b"/other\n")
    assert found(stored(bundle, {**content, "checkpoint.tlog-proof": renamed})) == {
        ("forked", None)
    }


@pytest.mark.parametrize("change", [b"", b"h" * 8192, b"h" * 31])
def test_a_changed_tile_is_named(bundle: Path, change: bytes) -> None:
    content = {**members(bundle), "tile/0/000": change}
    assert {damage for damage, _ in found(stored(bundle, content))} & {"forked", "hashes"}
    del content["tile/0/000"]
    assert ("hashes", None) in found(stored(bundle, content))


def test_a_database_put_back_as_a_whole_is_found_against_a_kept_head(tmp_path: Path) -> None:
    kept = put_back()
    path = written(tmp_path / "yesterday.zip")
    assert found(path) == set(), "it is consistent with itself"
    assert found(path, against=[kept]) == {("rolled_back", None)}
    write(number=300)
    seal()
    assert found(written(path), against=[kept]) == {("forked", None)}


def test_another_history_of_the_same_length_is_found_against_a_kept_head(tmp_path: Path) -> None:
    kept = put_back()
    write(number=295)
    seal()
    path = written(tmp_path / "other.zip")
    assert found(path) == set()
    assert found(path, against=[kept]) == {("forked", None)}


def test_a_kept_head_of_the_same_history_fits(bundle: Path) -> None:
    checked = verify_bundle(bundle, keys=[key()], against=[note_of(seals_of()[0]).full()])
    assert (checked.holds, checked.against) == (True, True)


def test_a_kept_head_of_another_log_is_refused(bundle: Path) -> None:
    for wrong in (note_of(seals_of(TWO)[0]).full(), "no head"):
        with pytest.raises(BundleError, match="kept"):
            verify_bundle(bundle, keys=[key()], against=[wrong])


@pytest.mark.parametrize("missing", ["manifest.json", "checkpoint", "keys.txt", "events.jsonl"])
def test_what_lacks_a_part_cannot_be_checked(bundle: Path, missing: str) -> None:
    content = members(bundle)
    del content[missing]
    with pytest.raises(BundleError):
        verify_bundle(stored(bundle, content))


def test_what_is_no_bundle_cannot_be_checked(bundle: Path) -> None:
    content = members(bundle)
    for wrong in ({"manifest.json": b"{}"}, {"manifest.json": b"x" * 2_000_000}):
        with pytest.raises(BundleError):
            verify_bundle(stored(bundle.with_name("wrong.zip"), {**content, **wrong}))
    with pytest.raises(BundleError):
        verify_bundle(Path(__file__))
    with pytest.raises(BundleError):
        verify_bundle(Path("/missing"))
    with pytest.raises(BundleError):
        verify_bundle(bundle, keys=["no key"])
