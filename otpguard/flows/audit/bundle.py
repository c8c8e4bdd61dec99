"""Write the whole log of a tenant with its proofs into one file that is checked offline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import RawIOBase
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from otpguard.audit.logs import head_of, newest_seal, note_of, sealed_events, tile_reader
from otpguard.audit.retained import is_purge_sealed, purged_of
from otpguard.audit.seal_check import keys_of
from otpguard.conf import settings
from otpguard.core.sealing import bundle
from otpguard.core.sealing.tiles import tile_path, tiles_of
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.prove import prove_head
from otpguard.models import ALL_HEADS, Seal

CHUNK = 2_000
"""How many rows are in memory at a time."""
STEP = 200
"""After so many events a piece is handed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What was written: the name of the log, its events and its heads."""

    origin: str
    events: int
    heads: int


def write_bundle(log: UUID, to: IO[bytes], *, now: datetime) -> Bundled:
    """Write everything that is sealed of one log, in flat memory. Reads only.

    Raises InvalidInput for a log without a seal and for some seconds after a purge, LookupError
    where hashes are missing and when events are purged meanwhile.
    """
    writing = _Bundle(log, now)
    with ZipFile(to, "w", compression=ZIP_DEFLATED, allowZip64=True) as archive:
        for _ in writing.steps(archive):
            pass
    return writing.done


def pieces_of(log: UUID, *, now: datetime) -> Iterator[bytes]:
    """The same bundle, a piece at a time. Raises as `write_bundle` does."""
    sink = _Sink()
    with ZipFile(sink, "w", compression=ZIP_DEFLATED, allowZip64=True) as archive:
        for _ in _Bundle(log, now).steps(archive):
            yield sink.taken()
    yield sink.taken()


class _Sink(RawIOBase):
    """Keeps what is written until it is taken. It cannot go back, so that a zip is a stream."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (any buffer)
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        found = bytes(self._waiting)
        self._waiting.clear()
        return found


class _Bundle:
    """Writes a bundle step by step: after each, what was written may be handed on."""

    def __init__(self, log: UUID, now: datetime) -> None:
        self._log, self._now = log, now
        self._heads = self._events = 0
        # In this order: the newest head covers the purge that says where the events begin.
        self._first = self._kept_from()
        if not is_purge_sealed(log):
            raise InvalidInput("tenant", "a purge of it waits for its seal, which takes seconds")
        newest = newest_seal(log)
        if newest is None:
            raise InvalidInput("tenant", "no seal covers an event of it yet")
        self._newest = newest
        self._origin = head_of(newest).origin

    @property
    def done(self) -> Bundled:
        return Bundled(origin=self._origin, events=self._events, heads=self._heads)

    def steps(self, archive: ZipFile) -> Iterator[None]:
        log, newest = self._log, self._newest
        for seal in _heads(log, newest, self._first):
            archive.writestr(f"{bundle.HEADS}{seal.size}", note_of(seal).full())
            self._heads += 1
        archive.writestr(bundle.HEAD, note_of(newest).full())
        archive.writestr(bundle.HEAD_PROOF, prove_head(newest))
        keys = [*keys_of(log), *keys_of(ALL_HEADS)]
        archive.writestr(bundle.KEYS, "".join(f"{key.text()}\n" for key in keys))
        yield
        read = tile_reader(log)
        for level, number, width in tiles_of(newest.size):
            archive.writestr(tile_path(level, number, width), read(level, number, width))
            yield
        yield from self._lines(archive)
        if self._kept_from() != self._first:
            raise LookupError("events were purged meanwhile: begin again")
        archive.writestr(bundle.MANIFEST, json.dumps(self._manifest(), indent=2))
        archive.writestr(bundle.README, bundle.readme(self._origin))

    def _kept_from(self) -> int:
        purged = purged_of(self._log)
        return purged.below if purged else 0

    def _lines(self, archive: ZipFile) -> Iterator[None]:
        rows = sealed_events(self._log, self._newest).values_list("body", flat=True)
        with archive.open(bundle.EVENTS, "w", force_zip64=True) as lines:
            for body in rows.iterator(chunk_size=CHUNK):
                lines.write(body.encode(errors="surrogatepass") + b"\n")
                self._events += 1
                if self._events % STEP == 0:
                    yield

    def _manifest(self) -> dict[str, Any]:
        return {
            "format": bundle.FORMAT,
            "origin": self._origin,
            "installation": settings().installation,
            "first": self._first,
            "size": self._newest.size,
            "events": self._events,
            "heads": self._heads,
            "made_at": self._now.isoformat(),
        }


def _heads(log: UUID, newest: Seal, kept_from: int) -> Iterator[Seal]:
    """The first head and the last one of each day, the newest thousand at most, and the one up to
    which events were purged."""
    columns = ("pk", "size", "at")
    rows = Seal.objects.filter(log=log, size__lt=newest.size).order_by("size")
    ends = [rows.first(), rows.filter(size=kept_from).first()]
    by_day: dict[date, int] = {}
    for pk, _, at in rows.values_list(*columns).iterator():
        by_day[at.date()] = pk
    chosen = list(by_day.values())[1 - bundle.MOST_HEADS :]
    wanted = {*chosen, *(seal.pk for seal in ends if seal is not None)}
    yield from Seal.objects.filter(pk__in=wanted).order_by("size").iterator(chunk_size=20)
