"""The trees of all logs in a Django storage, as C2SP tlog-tiles lays them out.

With them the log can be checked without the database. Order: the tiles of the logs that have grown,
their heads, the tiles of the log of all heads, its head. So each head that is there has its tiles.
The logs of tenants whose data may not lie in the region of the storage are left out.
"""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import Storage
from django.db.models import Max, Min

from otpguard.audit.logs import note_of, origin_of, tile_reader
from otpguard.audit.publishers.base import AT_ONCE, PublishError
from otpguard.audit.publishers.heads_storage import HeadStorage
from otpguard.audit.publishers.stored import open_storage, read_object, replace_object, write_once
from otpguard.conf import settings
from otpguard.core.sealing.note import SignedNote
from otpguard.core.sealing.tiles import tile_path, tiles_between
from otpguard.models import ALL_HEADS, Seal, Tenant


class TileStorage:
    """Writes what is new since the head before. A full tile is written once; a partial one has its
    width in its name, so it is written once too."""

    every = AT_ONCE

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._heads = HeadStorage(alias)

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:
        """Write the tiles and heads of all logs between two sizes of the log of all heads."""
        storage = open_storage(self._alias)
        # In the order of their keys, seals stand in the order of their heads' positions.
        before = Seal.objects.filter(log=ALL_HEADS, size=last).values_list("pk", flat=True).first()
        region = settings().region_of(self._alias)
        away = Tenant.objects.kept_away(region) if region else []
        grown = (
            Seal.objects.exclude(log__in=[ALL_HEADS, *away])
            .filter(pk__gt=before or 0, pk__lt=seal.pk, generation=seal.generation)
            .order_by()
            .values("log")
            .annotate(old=Min("first"), size=Max("size"))
        )
        for each in grown.order_by("log"):
            self._write_log(storage, each["log"], each["old"], each["size"], again=bool(region))
        self._write_tiles(storage, ALL_HEADS, seal.generation, last, seal.size)
        return self._heads.publish(seal, note, last)

    def newest(self) -> str:
        """The newest head of the log of all heads there."""
        return self._heads.newest()

    def _write_log(self, storage: Storage, log: UUID, old: int, size: int, *, again: bool) -> None:
        head = Seal.objects.get(log=log, size=size)
        origin = origin_of(log, head.generation)
        if again and read_object(storage, f"{origin}/checkpoint") is None:
            old = 0  # it was kept away from here until now
        self._write_tiles(storage, log, head.generation, old, size)
        text = note_of(head).full().encode()
        write_once(storage, f"{origin}/heads/{size}", text)
        replace_object(storage, f"{origin}/checkpoint", text)

    def _write_tiles(
        self, storage: Storage, log: UUID, generation: int, old: int, size: int
    ) -> None:
        # A log that goes on under a new name has all its tiles there.
        begun = Seal.objects.filter(log=log, size__lte=old, generation=generation).exists()
        read, origin = tile_reader(log), origin_of(log, generation)
        try:
            for level, number, width in tiles_between(old if begun else 0, size):
                hashes = read(level, number, width)
                write_once(storage, f"{origin}/{tile_path(level, number, width)}", hashes)
        except LookupError as missing:
            raise PublishError(str(missing)) from None
