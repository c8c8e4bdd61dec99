"""What a log asks a witness, and what it answers (C2SP tlog-witness, add-checkpoint).

A witness remembers one head of each log. It cosigns a newer one only if the log shows that the old
one is its beginning, so nobody can be shown two histories.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from otpguard.core.sealing.note import Check, Head, NoteError, NoteKey, SignedNote, hash_of
from otpguard.core.sealing.tree import EMPTY_ROOT, MOST_HASHES, ProofError, verify_consistency

PATH = "/add-checkpoint"
MONITORED = "/{origin_hash}/checkpoint"
"""Where a witness shows the newest head of a log, by SHA-256 of its name in hex."""
SIZE_TYPE = "text/x.tlog.size"
"""The media type of an answer that names the size which the witness knows."""
LARGEST_ASK = 16_384
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")

OK, BAD, UNTRUSTED, UNKNOWN, CONFLICT, UNPROVEN = 200, 400, 403, 404, 409, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """One request: the size that the log takes the witness to know, the hashes that lead from that
    head to the new one, and the new one."""

    old: int
    proof: tuple[bytes, ...]
    note: SignedNote

    def text(self) -> str:
        """As it is sent."""
        hashes = "".join(f"{b64encode(each).decode()}\n" for each in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note.full()}"

    @classmethod
    def parse(cls, text: str) -> AddCheckpoint:
        """Read one. Raises NoteError."""
        above, blank, note = text.partition("\n\n")
        first, *hashes = above.split("\n")
        found = _OLD.fullmatch(first)
        if not blank or found is None or len(hashes) > MOST_HASHES:
            raise NoteError("a request is a size, some hashes, a blank line and a head")
        proof = tuple(hash_of(line) for line in hashes)
        return cls(old=int(found.group(1)), proof=proof, note=SignedNote.parse(note))


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """The HTTP status, and the new head if it is to be remembered and cosigned. `size` is what the
    witness knows, where the log took it to know another one."""

    status: int
    head: Head | None = None
    size: int | None = None
    detail: str = ""


def answer_ask(
    ask: AddCheckpoint, keys: Sequence[NoteKey], known: Head | None, check: Check
) -> WitnessAnswer:
    """What a witness says. `keys` are those it trusts for that log, none for a log that it does not
    know; `known` is the newest head that it has cosigned."""
    try:
        head = Head.parse(ask.note.text)
    except NoteError as wrong:
        return WitnessAnswer(status=BAD, detail=str(wrong))
    if ask.old > head.size:
        return WitnessAnswer(status=BAD, detail="the old size is above the new one")
    mine = [key for key in keys if key.name == head.origin]
    if not mine:
        return WitnessAnswer(status=UNKNOWN, detail="no log of that name is known here")
    try:
        ask.note.verified_by(mine, check)
    except NoteError as wrong:
        return WitnessAnswer(status=UNTRUSTED, detail=str(wrong))
    size, root = (known.size, known.root) if known is not None else (0, EMPTY_ROOT)
    if ask.old != size:
        return WitnessAnswer(status=CONFLICT, size=size)
    try:
        verify_consistency(size, head.size, ask.proof, root, head.root)
    except ProofError as wrong:
        return WitnessAnswer(status=UNPROVEN, detail=str(wrong))
    return WitnessAnswer(status=OK, head=head)
