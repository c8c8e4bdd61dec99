"""A witness of the log of all heads, as a client (C2SP tlog-witness, tlog-cosignature)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from otpguard.audit.logs import heads_origin, tree_of
from otpguard.audit.publishers.base import NewerHeadError, PublishError
from otpguard.audit.signers import is_signed
from otpguard.conf.audit.publish import WitnessConfig
from otpguard.core.sealing.note import NoteError, SignedNote
from otpguard.core.sealing.tree import consistency_proof
from otpguard.core.sealing.witness import (
    CONFLICT,
    MONITORED,
    PATH,
    UNKNOWN,
    UNPROVEN,
    AddCheckpoint,
)
from otpguard.models import ALL_HEADS, Seal
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response

DEADLINES = Deadlines(connect=3.0, read=8.0)
CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the time of a cosignature may be from ours: an older one is no fresh one."""
LONGEST_SIZE = 19


class WitnessClient:
    """Asks one witness to cosign heads, once a minute at most."""

    every = timedelta(minutes=1)

    def __init__(self, config: WitnessConfig) -> None:
        self._config = config

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:
        """The note with the witness's line. Asks a second time if the witness knows another size
        than `last`."""
        old = last
        answer = self._ask(seal, note, old)
        if answer.status == CONFLICT:
            old = _size_of(answer)
            if old > seal.size:
                raise NewerHeadError(f"the witness knows {old} heads, and here are {seal.size}")
            answer = self._ask(seal, note, old)
        if answer.status == UNPROVEN:
            raise NewerHeadError(f"the witness has another history of the first {old} heads")
        if answer.status == UNKNOWN:
            raise PublishError(f"the witness must be told of the log {note.text.split()[0]}")
        if not answer.is_success:
            raise PublishError(f"the answer was {answer.status}")
        return self._cosigned(note, answer).full()

    def newest(self) -> str:
        """The head that it shows, if it shows any; that is no part of the oldest witnesses."""
        digest = sha256(heads_origin().encode()).hexdigest()
        answer = self._send("GET", MONITORED.format(origin_hash=digest))
        return answer.body.decode(errors="replace") if answer.is_success else ""

    def _ask(self, seal: Seal, note: SignedNote, old: int) -> Response:
        try:
            proof = consistency_proof(tree_of(ALL_HEADS, seal.size), old, seal.size)
        except LookupError as missing:
            raise PublishError(str(missing)) from None
        ask = AddCheckpoint(old=old, proof=tuple(proof), note=note)
        return self._send("POST", PATH, ask.text().encode())

    def _send(self, method: str, path: str, body: bytes = b"") -> Response:
        try:
            request = Request(method=method, url=self._config.url + path, body=body)
        except ValueError as wrong:
            raise PublishError(str(wrong)) from None
        answer = send(request, deadlines=DEADLINES)
        if not isinstance(answer, Response):
            raise PublishError(answer.reason)
        return answer

    def _cosigned(self, note: SignedNote, answer: Response) -> SignedNote:
        key = self._config.key
        try:
            lines = SignedNote.parse(f"{note.text}\n{answer.body.decode()}")
            lines.verified_by([key], is_signed)
        except (NoteError, UnicodeDecodeError) as wrong:
            raise PublishError(f"its cosignature: {wrong}") from None
        moment = datetime.fromtimestamp(min(lines.time_by(key) or 0, 1 << 33), UTC)
        if abs(datetime.now(UTC) - moment) > CLOCKS_DIFFER:
            raise PublishError(f"its cosignature is of {moment.isoformat()}")
        mine = [line for line in lines.signatures if line.key_id == key.key_id]
        return SignedNote(note.text, (*note.signatures, *mine))


def _size_of(answer: Response) -> int:
    text = answer.body.decode(errors="replace").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_SIZE:
        raise PublishError("the witness knows another size and does not say which")
    return int(text)
