"""The file that shows one leaf to be in a log, offline (C2SP tlog-proof)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from otpguard.core.sealing.note import Check, Head, NoteError, NoteKey, SignedNote, hash_of
from otpguard.core.sealing.tree import MOST_HASHES, ProofError, leaf_hash, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFile:
    """The index of a leaf, the hashes from it to the root, and the signed head."""

    index: int
    hashes: tuple[bytes, ...]
    note: SignedNote

    def text(self) -> str:
        """As it is stored; the usual ending of its name is .tlog-proof."""
        hashes = "".join(f"{b64encode(each).decode()}\n" for each in self.hashes)
        return f"{FIRST_LINE}\nindex {self.index}\n{hashes}\n{self.note.full()}"

    @classmethod
    def parse(cls, text: str) -> ProofFile:
        """Read one. Raises NoteError."""
        above, blank, note = text.partition("\n\n")
        first, *rest = above.split("\n")
        if rest[1:2] and rest[1].startswith("extra "):
            del rest[1]
        label, _, index = (rest or [""])[0].partition(" ")
        if not blank or first != FIRST_LINE or label != "index" or not index.isascii():
            raise NoteError("this is no tlog-proof")
        if not index.isdecimal() or len(rest) - 1 > MOST_HASHES:
            raise NoteError("this is no tlog-proof")
        hashes = tuple(hash_of(line) for line in rest[1:])
        return cls(index=int(index), hashes=hashes, note=SignedNote.parse(note))

    def verify(self, leaf: bytes, keys: list[NoteKey], check: Check) -> Head:
        """The head of which `leaf`, the bytes of an event, is a part.

        Raises NoteError or ProofError unless one of `keys` signed it and the hashes lead to it.
        """
        self.note.verified_by(keys, check)
        head = Head.parse(self.note.text)
        if not any(key.name == head.origin for key in keys):
            raise ProofError("the head is of another log")
        verify_inclusion(leaf_hash(leaf), self.index, head.size, self.hashes, head.root)
        return head
