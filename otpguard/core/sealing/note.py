"""Signed notes and the heads of logs in them (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Signing and checking with Ed25519 is done elsewhere: functions for it are passed in.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from otpguard.core.sealing.tree import EMPTY_ROOT, HASH_BYTES

SIGNS, COSIGNS = 1, 4
"""The types of keys: plain Ed25519, and Ed25519 with the time of signing."""
MOST_LINES = 100
LONGEST_NOTE = 100_000
KEY_ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 4, 8, 64
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]*")

Check = Callable[[bytes, bytes, bytes], bool]
"""Whether a public key made a signature of a message: key, signature, message."""


class NoteError(ValueError):
    """A text is no signed note, or no key that is trusted signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A public key and the name that it signs by; `kind` is SIGNS or COSIGNS."""

    name: str
    public: bytes
    kind: int = SIGNS

    @property
    def key_id(self) -> bytes:
        """What tells the key apart from others of its name."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(named).digest()[:KEY_ID_BYTES]

    def text(self) -> str:
        """The key as others are given it."""
        said = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{said}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """The key of such a text. Raises NoteError."""
        try:
            name, key_id, said = text.strip().split("+", 2)
            raw = b64decode(said, validate=True)
        except ValueError:
            raise NoteError("a key is name+id+base64") from None
        if len(raw) != 1 + HASH_BYTES or raw[0] not in {SIGNS, COSIGNS}:
            raise NoteError("a key must be an Ed25519 key of type 1 or 4")
        found = cls(name=name, public=raw[1:], kind=raw[0])
        if not _NAME.fullmatch(name) or found.text() != f"{name}+{key_id}+{said}":
            raise NoteError("the id of the key does not fit")
        return found


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line below a note: who signed, by which key, and what."""

    name: str
    key_id: bytes
    blob: bytes

    def line(self) -> str:
        """As it stands below the note."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.blob).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, which ends with a newline, and the signatures below it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def full(self) -> str:
        """As it is stored and sent."""
        return f"{self.text}\n{''.join(each.line() for each in self.signatures)}"

    @classmethod
    def parse(cls, note: str) -> SignedNote:
        """Read a note. Raises NoteError."""
        if len(note) > LONGEST_NOTE or _CONTROL.search(note):
            raise NoteError("a note has no control characters, and at most 100,000 characters")
        text, blank, below = note.rpartition("\n\n")
        lines = below.split("\n")
        if not blank or lines[-1] or not 1 < len(lines) <= MOST_LINES + 1:
            raise NoteError("a note ends with a blank line and lines of signatures")
        return cls(f"{text}\n", tuple(_signature(line) for line in lines[:-1]))

    def verified_by(self, keys: Iterable[NoteKey], check: Check) -> tuple[NoteKey, ...]:
        """Those of `keys` that have signed. Raises NoteError if none has, or if a line by one of
        them does not verify."""
        known = {(key.name, key.key_id): key for key in keys}
        found = []
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is None:
                continue
            message, signature = self.text.encode(), line.blob
            if key.kind == COSIGNS:
                if len(line.blob) != TIME_BYTES + SIGNATURE_BYTES:
                    raise NoteError(f"a signature of {line.name} has the wrong length")
                message = cosigned(self.text, int.from_bytes(line.blob[:TIME_BYTES], "big"))
                signature = line.blob[TIME_BYTES:]
            if not check(key.public, signature, message):
                raise NoteError(f"a signature of {line.name} does not verify")
            found.append(key)
        if not found:
            raise NoteError("no trusted key has signed")
        return tuple(found)

    def time_by(self, key: NoteKey) -> int | None:
        """The seconds since 1970 that a cosignature of `key` names; None without one."""
        for line in self.signatures:
            if (line.name, line.key_id) == (key.name, key.key_id):
                return int.from_bytes(line.blob[:TIME_BYTES], "big")
        return None


def _signature(line: str) -> NoteSignature:
    name, space, said = line.removeprefix(_DASH).partition(" ")
    try:
        raw = b64decode(said, validate=True)
    except ValueError:
        raise NoteError("a signature is no base64") from None
    is_short = len(raw) <= KEY_ID_BYTES
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name) or is_short:
        raise NoteError("a line below a note is a dash, a name and a signature")
    return NoteSignature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def cosigned(text: str, seconds: int) -> bytes:
    """What a cosigner signs: the text, at that time in seconds since 1970."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def signed_line(key: NoteKey, signature: bytes) -> NoteSignature:
    """The line of a plain signature."""
    return NoteSignature(key.name, key.key_id, signature)


def cosigned_line(key: NoteKey, seconds: int, signature: bytes) -> NoteSignature:
    """The line of a cosignature that was made at that time."""
    return NoteSignature(key.name, key.key_id, seconds.to_bytes(TIME_BYTES, "big") + signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of a log: its name, how many leaves it has and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read the text of a note. Raises NoteError."""
        origin, *rest = text.split("\n")
        if rest[2:] != [""] or not origin:
            raise NoteError("a head has three lines: origin, size and root")
        size, root, _ = rest
        if not _DECIMAL.fullmatch(size) or int(size) >= 1 << 63:
            raise NoteError("the size of a head is a decimal number")
        found = cls(origin=origin, size=int(size), root=hash_of(root))
        if not found.size and found.root != EMPTY_ROOT:
            raise NoteError("the root of an empty log is the hash of nothing")
        return found


def hash_of(text: str) -> bytes:
    """A hash in canonical base64. Raises NoteError."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise NoteError("a hash is no base64") from None
    if len(raw) != HASH_BYTES or b64encode(raw).decode() != text:
        raise NoteError("a hash has 32 bytes in canonical base64")
    return raw
