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
from otpguard.core.sealing.tiles import WIDTH, ReadTile, nodes_from
from otpguard.core.sealing.tree import HASH_BYTES, Nodes
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
    """The newest head of a log."""
    return Seal.objects.filter(log=log).order_by("-size").first()


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


def tile_reader(log: UUID) -> ReadTile:
    """What reads tiles of a log, full ones and those that are not full yet. Raises LookupError for
    what is not there."""
    return partial(_read_tile, log)


def _read_tile(log: UUID, level: int, number: int, width: int) -> bytes:
    tiles = LogTile.objects.filter(log=log)
    found = tiles.filter(level=level, number=number).values_list("hashes", flat=True).first()
    if found is None:
        first = number * WIDTH
        if level:
            below = tiles.filter(level=level - 1, number__gte=first, number__lt=first + width)
            found = b"".join(map(bytes, below.order_by("number").values_list("root", flat=True)))
        else:
            found = _leaves(log, first, first + width)
    hashes = bytes(found)[: width * HASH_BYTES]
    if len(hashes) != width * HASH_BYTES:
        raise LookupError(f"hashes of tile {level}/{number} are missing")
    return hashes


def _leaves(log: UUID, first: int, end: int) -> bytes:
    """The leaf hashes from `first` on, out of the seals that brought them."""
    seals = Seal.objects.filter(log=log, size__gt=first, first__lt=end).order_by("size")
    found = b""
    for seal in seals.only("first", "leaves"):
        if seal.first > first + len(found) // HASH_BYTES:
            return b""
        start = max(first - seal.first, 0) * HASH_BYTES
        found += bytes(seal.leaves)[start:]
    return found


def position_of(event: Event, leaf: bytes) -> tuple[int, Seal] | None:
    """The index of an event in its log by the hash of its body, and the seal that covers it.

    None if it is in no seal whose transactions it fits: not sealed yet, or not as it was.
    """
    seals = Seal.objects.filter(
        log=log_of(event.tenant_id), first_xact__lte=event.xact, last_xact__gte=event.xact
    ).order_by("size")
    for seal in seals:
        leaves = bytes(seal.leaves)
        at = leaves.find(leaf)
        while at >= 0:
            if at % HASH_BYTES == 0:
                return seal.first + at // HASH_BYTES, seal
            at = leaves.find(leaf, at + 1)
    return None
