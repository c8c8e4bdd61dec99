"""Show that one event is in the log, and that an older head is the beginning of a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from otpguard.audit.event_mac import is_genuine
from otpguard.audit.logs import head_of, log_of, newest_seal, note_of, position_of, tree_under
from otpguard.audit.retained import purged_of
from otpguard.audit.seal_check import keys_of
from otpguard.audit.signers import is_signed
from otpguard.core.sealing.note import NoteError, SignedNote
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.core.sealing.purged import Purged
from otpguard.core.sealing.tree import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
)
from otpguard.exceptions import InvalidInput
from otpguard.models import ALL_HEADS, Event, Seal, SealCursor
from otpguard.vault import UndecryptableError


class ProofState(StrEnum):
    """What a check of one event says."""

    HOLDS = "holds"
    WAITS = "waits"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventProof:
    """`holds`: the event is in the log at `index`, and `file` (a tlog-proof) shows it offline;
    `head_file` shows the head itself to be in the log of all heads. `waits`: it is genuine and no
    seal covers it yet, which takes seconds. `purged` says up to where events before it were deleted
    when their term was over. `broken`: it is not what was recorded."""

    state: ProofState
    index: int | None = None
    size: int | None = None
    file: str = ""
    head_file: str = ""
    purged: Purged | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthProof:
    """The hashes that lead from one signed head to another one of the same log."""

    old: SignedNote
    new: SignedNote
    hashes: tuple[bytes, ...]


def prove_event(event: Event) -> EventProof:
    """Check one event and make the proof of it; reads a few tiles. Raises DatabaseError."""
    if not _is_genuine(event):
        return EventProof(state=ProofState.BROKEN)
    log, body = log_of(event.tenant_id), event.body.encode()
    placed, newest = position_of(event, leaf_hash(body)), newest_seal(log)
    if placed is None or newest is None:
        cursor = SealCursor.objects.filter(pk=1).first() or SealCursor()
        waits = (event.xact, event.pk) > (cursor.xact, cursor.event)
        return EventProof(state=ProofState.WAITS if waits else ProofState.BROKEN)
    try:
        proof = _proof(placed[0], newest)
        proof.verify(body, keys_of(log), is_signed)
        head_file = prove_head(newest)
    except (LookupError, NoteError, ProofError):
        return EventProof(state=ProofState.BROKEN)
    return EventProof(
        state=ProofState.HOLDS,
        index=placed[0],
        size=newest.size,
        file=proof.text(),
        head_file=head_file,
        purged=purged_of(log),
    )


def prove_growth(log: UUID, old: int, size: int | None = None) -> GrowthProof:
    """Show that the head of `size` (the newest without it) begins with the head of `old` leaves.

    Raises InvalidInput for a size at which there is no head, or where the log does not hold.
    """
    seals = Seal.objects.filter(log=log)
    first = seals.filter(size=old).first()
    last = newest_seal(log) if size is None else seals.filter(size=size).first()
    if first is None:
        raise InvalidInput("old", "there is no head of that size")
    if last is None or last.size < first.size:
        raise InvalidInput("size", "there is no later head of that size")
    try:
        hashes = consistency_proof(tree_under(last), first.size, last.size)
        roots = (bytes(first.root), bytes(last.root))
        verify_consistency(first.size, last.size, hashes, *roots)
    except (LookupError, ProofError):
        raise InvalidInput("size", "the log does not hold: verify all of it") from None
    return GrowthProof(old=note_of(first), new=note_of(last), hashes=tuple(hashes))


def _proof(index: int, seal: Seal) -> ProofFile:
    hashes = inclusion_proof(tree_under(seal), index, seal.size)
    return ProofFile(index=index, hashes=tuple(hashes), note=note_of(seal))


def prove_head(seal: Seal) -> str:
    """The file that shows a head to be in the log of all heads. Raises LookupError, NoteError and
    ProofError where it is not."""
    newest = newest_seal(ALL_HEADS)
    if newest is None or seal.position is None:
        raise LookupError("the log of all heads is missing")
    proof = _proof(seal.position, newest)
    proof.verify(head_of(seal).text().encode(), keys_of(ALL_HEADS), is_signed)
    return proof.text()


def _is_genuine(event: Event) -> bool:
    try:
        return is_genuine(event)
    except UndecryptableError:
        return True  # its key was retired; the seal still tells
    except (ValueError, KeyError, TypeError):
        return False
