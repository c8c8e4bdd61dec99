"""The encrypted file: known bytes, every way of changing it, and flat memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from otpguard.releases.encryption import (
    CHUNK,
    PREFIX,
    TAG,
    TamperedError,
    decrypted,
    encrypted,
)

KEY = bytes(range(32))
START = b"otpgrd!"
CONTEXT = b"release 1"
STORED = CHUNK + TAG


def locked(plain: bytes, *, step: int = 10_000, key: bytes = KEY) -> bytes:
    pieces = (plain[at : at + step] for at in range(0, len(plain), step))
    return b"".join(encrypted(pieces, key=key, prefix=START, context=CONTEXT))


def opened(file: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return b"".join(decrypted(io.BytesIO(file).read, key=key, context=context))


VECTORS = [
    (b"", "6f7470677264212fa0809fc3bfc9a6e9295f6c64f57d46"),
    (b"otpguard", "6f74706772642113f394d3bf032c51808f4b34688dc25d14380efe2eea8e1e"),
]


@pytest.mark.parametrize(("plain", "file"), VECTORS)
def test_the_format_never_changes(plain: bytes, file: str) -> None:
    assert locked(plain).hex() == file
    assert opened(bytes.fromhex(file)) == plain


def test_the_format_of_two_chunks_never_changes() -> None:
    found = sha256(locked(bytes(CHUNK + 1))).hexdigest()
    assert found == "a682704d20b23a9d0d21c30693a53466c0c912e205fae5b6d373ffc787fb78c8"


def by_hand(plain: bytes) -> bytes:
    """The same file by the block cipher's own interface, chunk by chunk."""
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)] or [b""]
    file = START
    for number, chunk in enumerate(chunks):
        nonce = START + struct.pack(">IB", number, number == len(chunks) - 1)
        cipher = Cipher(algorithms.AES(KEY), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(CONTEXT)
        file += cipher.update(chunk) + cipher.finalize() + cipher.tag
    return file


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_a_file_of_any_size_is_the_construction_and_opens_again(size: int) -> None:
    plain = bytes(number % 251 for number in range(size))
    assert locked(plain) == by_hand(plain)
    assert opened(locked(plain)) == plain


def test_how_the_pieces_come_does_not_matter() -> None:
    plain = bytes(2 * CHUNK + 5)
    assert len({locked(plain, step=step) for step in (1_000, CHUNK, 10 * CHUNK)}) == 1


LONG = locked(bytes(3 * CHUNK + 7))
AT = [PREFIX + number * STORED for number in range(4)]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file[:-1],
        lambda file: file[: AT[3]],
        lambda file: file[: AT[1]],
        lambda file: file[: AT[1] + 20],
        lambda file: file[: AT[0]],
        lambda file: file[:3],
        lambda _file: b"",
        lambda file: file + b"x",
        lambda file: file + file[AT[0] : AT[1]],
        lambda file: file[: AT[0]] + file[AT[1] :],
        lambda file: file[: AT[0]] + file[AT[1] : AT[2]] + file[AT[0] : AT[1]] + file[AT[2] :],
        lambda file: file[: AT[1]] + file[AT[0] :],
        lambda file: file[:500] + bytes([file[500] ^ 1]) + file[501:],
        lambda file: bytes([file[0] ^ 1]) + file[1:],
        lambda file: file[:-1] + bytes([file[-1] ^ 1]),
    ],
)
def test_a_changed_file_does_not_open(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(TamperedError):
        opened(change(LONG))


def test_an_empty_file_that_was_cut_to_its_start_does_not_open() -> None:
    with pytest.raises(TamperedError):
        opened(locked(b"")[:PREFIX])


def test_another_key_or_context_does_not_open_it() -> None:
    for key, context in ((bytes(32), CONTEXT), (KEY, b"release 2")):
        with pytest.raises(TamperedError):
            opened(LONG, key=key, context=context)


def test_reads_that_come_in_parts_are_put_together() -> None:
    source = io.BytesIO(LONG)
    parts = decrypted(lambda size: source.read(min(size, 1_000)), key=KEY, context=CONTEXT)
    assert len(b"".join(parts)) == 3 * CHUNK + 7


@pytest.mark.parametrize(("key", "prefix"), [(bytes(16), START), (KEY, b"short")])
def test_a_wrong_length_is_refused(key: bytes, prefix: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        list(encrypted([b""], key=key, prefix=prefix, context=b""))


def test_memory_does_not_grow_with_the_file() -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(400):
            yield bytes(CHUNK)

    class Pipe:
        def __init__(self) -> None:
            self.source = encrypted(pieces(), key=KEY, prefix=START, context=CONTEXT)
            self.waiting = b""

        def read(self, size: int) -> bytes:
            while len(self.waiting) < size and (piece := next(self.source, None)) is not None:
                self.waiting += piece
            found, self.waiting = self.waiting[:size], self.waiting[size:]
            return found

    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in decrypted(Pipe().read, key=KEY, context=CONTEXT))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 400 * CHUNK
    assert peak < 16 * CHUNK
