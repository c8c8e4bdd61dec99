"""A file of any length, encrypted in pieces: the STREAM construction over AES-256-GCM.

Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (CRYPTO 2015), as age and Tink use it. The file begins with 7 random bytes. Each
chunk is 64 KiB of plain text and a tag of 16 bytes; its nonce is those 7 bytes, the chunk's number
in 4 bytes, and a byte that is 1 for the last chunk. So a chunk that is missing, moved, repeated or
added does not open, and a file that ends early has no last chunk. The key serves one file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK: Final = 64 * 1024
TAG: Final = 16
PREFIX: Final = 7
KEY: Final = 32
MOST_CHUNKS: Final = 1 << 32


class TamperedError(ValueError):
    """The file is not as it was written, or the key or the context is another's."""


def encrypted(
    plain: Iterable[bytes], *, key: bytes, prefix: bytes, context: bytes
) -> Iterator[bytes]:
    """The encrypted file of `plain`, a chunk at a time; memory does not grow with it.

    `key` is 32 random bytes and `prefix` 7, both for this file alone. `context` must be given
    again to open it. Raises ValueError for a wrong length and beyond 256 TiB.
    """
    if len(key) != KEY or len(prefix) != PREFIX:
        raise ValueError("a key has 32 bytes and a prefix 7")
    cipher, number = AESGCM(key), 0
    yield prefix
    waiting = bytearray()
    for piece in plain:
        waiting += piece
        start = 0
        # One chunk always stays behind: only the end tells which is the last.
        while len(waiting) - start > CHUNK:
            chunk = bytes(waiting[start : start + CHUNK])
            yield cipher.encrypt(_nonce(prefix, number, last=False), chunk, context)
            start += CHUNK
            number += 1
        del waiting[:start]
    yield cipher.encrypt(_nonce(prefix, number, last=True), bytes(waiting), context)


def decrypted(read: Callable[[int], bytes], *, key: bytes, context: bytes) -> Iterator[bytes]:
    """The plain text of an encrypted file, a chunk at a time, each checked before it is given out.

    `read(n)` returns up to n bytes, and nothing at the end. Raises TamperedError as soon as
    something does not fit; what was given out until then is genuine, but not the whole file.
    """
    cipher, number = AESGCM(key), 0
    prefix, chunk = _exactly(read, PREFIX), _exactly(read, CHUNK + TAG)
    if len(prefix) < PREFIX:
        raise TamperedError("the file is cut off")
    while True:
        following = _exactly(read, CHUNK + TAG) if len(chunk) == CHUNK + TAG else b""
        last = not following
        try:
            plain = cipher.decrypt(_nonce(prefix, number, last=last), chunk, context)
        except (InvalidTag, ValueError):
            raise TamperedError(f"chunk {number} is not as it was written") from None
        yield plain
        if last:
            return
        chunk, number = following, number + 1


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    if number >= MOST_CHUNKS:
        raise ValueError("a file has at most 256 TiB")
    return prefix + struct.pack(">IB", number, last)


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end: a network may give a read in parts."""
    found = read(size)
    while found and len(found) < size:
        more = read(size - len(found))
        if not more:
            break
        found += more
    return found
