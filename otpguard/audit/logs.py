"""The logs in the database: their names and keys, their signed heads, their trees."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard.conf import settings
from otpguard.core.sealing.bundle import FIRST, UNNAMED, without_generation
from otpguard.core.sealing.note import (
    COSIGNS,
    Head,
    NoteKey,
    SignedNote,
    cosigned_line,
    signed_line,
)
from otpguard.core.sealing.tiles import WIDTH, ReadTile, nodes_from, split
from otpguard.core.sealing.tree import HASH_BYTES, Nodes, ProofError, with_peaks
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, LogTile, Seal, SealCursor, Tenant


def log_of(tenant: UUID | None) -> UUID:
    """The log that holds the events of a tenant, or of none."""
    return tenant or SITE_EVENTS


def find_log(name: str) -> UUID:
    """The log of a tenant by its slug or id, that of the site for "site". Raises LookupError."""
    if name == "site":
        return SITE_EVENTS
    try:
        return UUID(name)
    except ValueError:
        found = Tenant.objects.filter(slug=name).first()
    if found is None:
        raise LookupError(f'there is no tenant "{name}"')
    return found.pk


def origin_of(log: UUID, generation: int = FIRST) -> str:
    """The name of a log, by which it signs: never that of a customer. A later generation, after a
    restore, has its number in the name."""
    name = {SITE_EVENTS: "site", ALL_HEADS: "heads"}.get(log, log.hex)
    origin = f"{settings().installation or UNNAMED}/{name}"
    return origin if generation == FIRST else f"{origin}/{generation}"


def find_origin(origin: str) -> tuple[UUID, int]:
    """The log and the generation that this name stands for. Raises LookupError for a name of
    another installation."""
    base = without_generation(origin)
    number = int(origin.removeprefix(f"{base}/")) if base != origin else FIRST
    named = {origin_of(log): log for log in (SITE_EVENTS, ALL_HEADS)}
    log = named.get(base)
    with suppress(ValueError):
        log = log or UUID(hex=base.rpartition("/")[2])
    if log is None or origin_of(log, number) != origin:
        raise LookupError("the head is of another installation")
    return log, number


def generation() -> int:
    """The one in which heads are signed now: it rises with each restore that sealing survived."""
    found = SealCursor.objects.filter(pk=1).values_list("generation", flat=True).first()
    return found or FIRST


def heads_origin(number: int | None = None) -> str:
    """The name of the log of all heads, in the generation in force without `number`."""
    return origin_of(ALL_HEADS, number or generation())


def key_of(log: UUID, public: bytes, number: int = FIRST) -> NoteKey:
    """A public key under the name of a log."""
    return NoteKey(name=origin_of(log, number), public=public)


def clock_key_of(log: UUID, public: bytes, number: int = FIRST) -> NoteKey:
    """A public key that says when heads of a log were made."""
    return NoteKey(name=f"{origin_of(log, number)}/clock", public=public, kind=COSIGNS)


def head_of(seal: Seal) -> Head:
    """What was signed."""
    origin = origin_of(seal.log, seal.generation)
    return Head(origin=origin, size=seal.size, root=bytes(seal.root))


def note_of(seal: Seal) -> SignedNote:
    """The signed head, with the time at which it was made."""
    key = key_of(seal.log, bytes(seal.public_key), seal.generation)
    clock = clock_key_of(seal.log, bytes(seal.clock_key), seal.generation)
    seconds = int(seal.at.timestamp())
    lines = (
        signed_line(key, bytes(seal.signature)),
        cosigned_line(clock, seconds, bytes(seal.clock_signature)),
    )
    return SignedNote(head_of(seal).text(), lines)


def newest_seal(log: UUID) -> Seal | None:
    """The newest head of a log. The hashes that it brought are read when they are asked for."""
    return Seal.objects.filter(log=log).order_by("-size").defer("leaves").first()


def sealed_events(log: UUID, newest: Seal | None) -> QuerySet[Event]:
    """The events of a log that its newest head covers, in the order of the log; none without."""
    if newest is None:
        return Event.objects.none()
    last = (newest.last_xact, newest.last_event)
    covered = Q(xact__lt=last[0]) | Q(xact=last[0], pk__lte=last[1])
    tenant = None if log == SITE_EVENTS else log
    return Event.objects.filter(covered, tenant_id=tenant).order_by("xact", "pk")


def tree_of(log: UUID, size: int) -> Nodes:
    """The nodes of a log's tree as it was with `size` leaves. Raises LookupError when asked for
    one whose hashes are not there."""
    return nodes_from(tile_reader(log), size)


def tree_under(seal: Seal) -> Nodes:
    """The nodes of the tree whose head this is, of which its right edge is at hand: a proof reads a
    tile a level. Raises LookupError as `tree_of` does, and at once for a seal whose edge is none.
    """
    try:
        return with_peaks(tree_of(seal.log, seal.size), seal.size, split(bytes(seal.peaks)))
    except ProofError as wrong:
        raise LookupError(str(wrong)) from None


def tile_reader(log: UUID) -> ReadTile:
    """What reads tiles of a log, full ones and those that are not full yet. Raises LookupError for
    what is not there."""
    return partial(_read_tile, log)


def _read_tile(log: UUID, level: int, number: int, width: int) -> bytes:
    # What is full stands in one row; of the rest there is one only if the tree has grown since.
    ways = (_stored, _gathered) if width == WIDTH else (_gathered, _stored)
    for way in ways:
        hashes = way(log, level, number, width)[: width * HASH_BYTES]
        if len(hashes) == width * HASH_BYTES:
            return hashes
    raise LookupError(f"hashes of tile {level}/{number} are missing")


def _stored(log: UUID, level: int, number: int, _width: int) -> bytes:
    tiles = LogTile.objects.filter(log=log, level=level, number=number)
    return bytes(tiles.values_list("hashes", flat=True).first() or b"")


def _gathered(log: UUID, level: int, number: int, width: int) -> bytes:
    """The hashes of a tile out of the tiles below it, or of the seals that brought them."""
    first = number * WIDTH
    if not level:
        return _leaves(log, first, first + width)
    below = LogTile.objects.filter(
        log=log, level=level - 1, number__gte=first, number__lt=first + width
    )
    return b"".join(map(bytes, below.order_by("number").values_list("root", flat=True)))


def _leaves(log: UUID, first: int, end: int) -> bytes:
    """The leaf hashes from `first` on, out of the seals that brought them."""
    mine = Seal.objects.filter(log=log)
    start = mine.filter(size__gt=first).order_by("size").values("first")[:1]
    found = b""
    # Both ends by the same index: behind them are as many seals as the log has gained since.
    for seal in mine.filter(first__gte=start, first__lt=end).order_by("first"):
        if seal.first > first + len(found) // HASH_BYTES:
            return b""
        skipped = max(first - seal.first, 0) * HASH_BYTES
        found += bytes(seal.leaves)[skipped:]
    return found


def position_of(event: Event, leaf: bytes) -> tuple[int, Seal] | None:
    """The index of an event in its log by the hash of its body, and the seal that covers it.

    None if it is not in the seal where its transaction and id belong: not sealed yet, or not as it
    was. Reads one seal, however many there are.
    """
    # A log is in the order of transaction and id, so the first that does not end before it has it.
    seals = Seal.objects.filter(log=log_of(event.tenant_id), last_xact__gte=event.xact)
    ends_before = Q(last_xact=event.xact, last_event__lt=event.pk)
    seal = seals.exclude(ends_before).order_by("last_xact", "last_event").first()
    if seal is None or seal.first_xact > event.xact:
        return None
    leaves = bytes(seal.leaves)
    at = leaves.find(leaf)
    while at >= 0 and at % HASH_BYTES:
        at = leaves.find(leaf, at + 1)
    return (seal.first + at // HASH_BYTES, seal) if at >= 0 else None
