"""The signed log of the caller's tenant: its head, the proof of an event, its growth."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.audit import documents
from otpguard.api.base import ProblemView
from otpguard.api.operation import Operation
from otpguard.api.policy import IsTenantAdmin
from otpguard.audit.logs import newest_seal, note_of
from otpguard.audit.retained import purged_of
from otpguard.audit.seal_check import keys_of
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.prove import prove_event, prove_growth
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import Event

CHECKPOINT = "audit_log_view"
LARGEST = 2**63 - 1


class IsLogReader(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may read its audit log."


class _LogView(ProblemView):
    permission_classes = [IsAuthenticated, IsLogReader]

    def _log(self, request: Request, target: str) -> UUID:
        """The log of the caller's tenant, for a person who has stepped up."""
        require(request, CHECKPOINT, target=target, reads_safely=True)
        return UUID(facts_of(request).tenant)


class LogHeadView(_LogView):
    """The newest head of the caller's log. Keep it: later ones must begin with it."""

    operations = {
        "GET": Operation(
            name="read_log_head",
            summary="The newest signed head of the audit log",
            tag="Audit log",
            answers={200: documents.LogHeadDocument},
            checkpoint=CHECKPOINT,
            problems=(404,),
        )
    }

    def get(self, request: Request) -> Response:
        """The signed head, and the keys that sign. 404 before the first event is sealed."""
        log = self._log(request, "head of the audit log")
        seal = newest_seal(log)
        if seal is None:
            raise Http404
        keys = [key.text() for key in keys_of(log)]
        head = {"size": seal.size, "head": note_of(seal).full(), "keys": keys}
        return Response(head | _beginning(log))


class EventProofView(_LogView):
    """One event of the caller's log, with what shows it to be in there."""

    operations = {
        "GET": Operation(
            name="prove_event",
            summary="An event and the proof that it is in the audit log",
            tag="Audit log",
            answers={200: documents.EventProofDocument},
            path={"event_id": "The id of an event."},
            checkpoint=CHECKPOINT,
            problems=(404,),
        )
    }

    def get(self, request: Request, event_id: UUID) -> Response:
        """The event's bytes and the proof. 404 for an event of somebody else."""
        log = self._log(request, f"event {event_id}")
        event = Event.objects.filter(pk=event_id, tenant_id=log).first()
        if event is None:
            raise Http404
        proof = prove_event(event)
        return Response(
            {
                "state": proof.state.value,
                "index": proof.index,
                "size": proof.size,
                "event": event.body,
                "proof": proof.file,
                "head_proof": proof.head_file,
            }
            | _beginning(log)
        )


class LogGrowthView(_LogView):
    """That an older head of the caller's log is the beginning of a newer one."""

    operations = {
        "GET": Operation(
            name="prove_growth",
            summary="The proof that the audit log only grew",
            tag="Audit log",
            answers={200: documents.LogGrowthDocument},
            query={
                "old": "The size of the older head.",
                "size": "The size of the newer head; the newest without it.",
            },
            checkpoint=CHECKPOINT,
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Response:
        """Both heads and the hashes between them. 400 for sizes at which there is no head."""
        log = self._log(request, "growth of the audit log")
        asked = request.query_params
        size = _size("size", asked["size"]) if "size" in asked else None
        made = prove_growth(log, _size("old", asked.get("old", "")), size)
        document: dict[str, Any] = {
            "old": made.old.full(),
            "new": made.new.full(),
            "hashes": [b64encode(each).decode() for each in made.hashes],
        }
        return Response(document)


def _beginning(log: UUID) -> dict[str, Any]:
    """From where on the log is kept, and what was deleted before."""
    purged = purged_of(log)
    if purged is None:
        return {"begins_at": 0, "purged": None}
    said = {
        "events": purged.below,
        "sealed_before": purged.before,
        "years": purged.years,
        "root": purged.root.hex(),
        "at": purged.at,
    }
    return {"begins_at": purged.below, "purged": said}


def _size(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST)):
        raise InvalidInput(name, "it must be the size of a head, a whole number")
    return min(int(text), LARGEST)
