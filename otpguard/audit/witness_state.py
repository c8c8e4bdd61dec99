"""What a witness remembers, in one file: for each log the newest head that it has cosigned.

The file is replaced as a whole, and is on the disk before the answer leaves: a witness that forgets
would cosign a second history.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import time

from otpguard.audit.signers import HeadSigner, is_signed
from otpguard.core.sealing.note import (
    COSIGNS,
    Head,
    NoteError,
    NoteKey,
    SignedNote,
    cosigned,
    cosigned_line,
)
from otpguard.core.sealing.witness import BAD, AddCheckpoint, WitnessAnswer, answer_ask


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReply:
    """An HTTP status and a text."""

    status: int
    text: str = ""
    is_size: bool = False


class WitnessState:
    """Answers requests one after the other, also beside another process with the same file."""

    def __init__(
        self,
        file: Path,
        *,
        name: str,
        signer: HeadSigner,
        logs: Sequence[NoteKey],
        clock: Callable[[], float] = time,
    ) -> None:
        """`name` is that of the witness; `logs` are the keys of the logs that it knows. The file is
        made at the first head. Raises ValueError for a file that has something else."""
        self._file, self._signer, self._logs, self._clock = file, signer, logs, clock
        self.key = NoteKey(name=name, public=signer.public, kind=COSIGNS)
        self._lock = Lock()
        self._read()

    def add_checkpoint(self, body: bytes) -> WitnessReply:
        """Answer one request: check it, remember the head, cosign it. Raises OSError, and then
        nothing is remembered or cosigned."""
        try:
            ask = AddCheckpoint.parse(body.decode())
        except (NoteError, UnicodeDecodeError) as wrong:
            return WitnessReply(status=BAD, text=f"{wrong}\n")
        with self._alone():
            heads = self._read()
            origin = ask.note.text.partition("\n")[0]
            known = heads.get(origin)
            head = Head.parse(known.text) if known else None
            answer = answer_ask(ask, self._logs, head, is_signed)
            if answer.head is None:
                return _refusal(answer)
            note = self._cosigned(ask.note)
            heads[origin] = note
            self._write(heads)
        line = note.signatures[-1].line()
        return WitnessReply(status=answer.status, text=line)

    def shown(self, origin_hash: str) -> str | None:
        """The newest head of the log whose name has this SHA-256 in hex."""
        heads = self._read().items()
        notes = {sha256(origin.encode()).hexdigest(): note.full() for origin, note in heads}
        return notes.get(origin_hash)

    def _cosigned(self, note: SignedNote) -> SignedNote:
        seconds = int(self._clock())
        signature = self._signer.sign(cosigned(note.text, seconds))
        known = {(key.name, key.key_id) for key in self._logs}
        theirs = [each for each in note.signatures if (each.name, each.key_id) in known]
        return SignedNote(note.text, (*theirs, cosigned_line(self.key, seconds, signature)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock, self._file.with_suffix(".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, SignedNote]:
        try:
            raw = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, OSError):
            raise ValueError(f"{self._file} is not the file of a witness") from None
        try:
            return {str(origin): SignedNote.parse(note) for origin, note in raw.items()}
        except (NoteError, AttributeError, TypeError):
            raise ValueError(f"{self._file} is not the file of a witness") from None

    def _write(self, heads: dict[str, SignedNote]) -> None:
        text = json.dumps({origin: note.full() for origin, note in heads.items()}, indent=1)
        draft = self._file.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        directory = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _refusal(answer: WitnessAnswer) -> WitnessReply:
    if answer.size is not None:
        return WitnessReply(status=answer.status, text=f"{answer.size}\n", is_size=True)
    return WitnessReply(status=answer.status, text=f"{answer.detail}\n")
