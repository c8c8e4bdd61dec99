"""The event streams of the caller's tenant, for its admins: set up, paused, tested, looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.audit import stream_documents as documents
from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policy import IsTenantAdmin
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.siem.stream_change import (
    create_stream,
    pause_stream,
    remove_stream,
    replace_secret,
    replay_refused,
    resume_stream,
    send_test_event,
)
from otpguard.flows.siem.stream_fields import host_of
from otpguard.forms.audit.log_stream import StreamForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import DeadLetter, LogStream, Tenant

CHECKPOINT = "security_settings"
TAG = "Event streams"
PATH = {"stream_id": "The id of an event stream."}
ORDER = ListOrder(name="refused", columns=("id",), newest_first=True)


class IsStreamAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may see or change its event streams."


class _StreamView(ProblemView):
    permission_classes = [IsAuthenticated, IsStreamAdmin]

    def _stream(self, request: Request, stream_id: UUID) -> LogStream:
        """A stream of the caller's tenant. Raises Http404 for any other."""
        rows = LogStream.objects.filter(Q(tenant=facts_of(request).tenant), pk=stream_id)
        found = rows.select_related("tenant").first()
        if found is None:
            raise Http404
        return found


class StreamsView(_StreamView):
    """The streams of the caller's tenant."""

    operations = {
        "GET": Operation(
            name="list_streams",
            summary="The event streams of the organization, and how they go",
            tag=TAG,
            answers={200: documents.StreamListDocument},
        ),
        "POST": Operation(
            name="create_stream",
            summary="Send the organization's events to a receiver of its own",
            tag=TAG,
            answers={201: documents.NewStreamDocument},
            body=documents.StreamBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        ),
    }

    def get(self, request: Request) -> Response:
        """All of them: there are few."""
        rows = LogStream.objects.filter(Q(tenant=facts_of(request).tenant))
        return Response({"streams": [document_of(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Set one up: 201, 400 for a value that is wrong, 401 until the admin has stepped up."""
        given = object_of(request)
        known = list(StreamForm.base_fields)
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], known)}")
        form = StreamForm(given)
        check_form(form)
        require(request, CHECKPOINT, target=f"event stream {form.cleaned_data['name']}")
        facts = facts_of(request)
        tenant = Tenant.objects.get(pk=facts.tenant)
        made = create_stream(facts=facts, tenant=tenant, **form.values)
        return Response({**document_of(made.stream), "secret": made.secret}, status=201)


class StreamView(_StreamView):
    """One stream."""

    operations = {
        "GET": Operation(
            name="read_stream",
            summary="One event stream, and how it goes",
            tag=TAG,
            answers={200: documents.StreamDocument},
            path=PATH,
            problems=(404,),
        ),
        "DELETE": Operation(
            name="remove_stream",
            summary="Remove an event stream: the administrators are told",
            tag=TAG,
            answers={200: documents.RemovedStreamDocument},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(404,),
        ),
    }

    def get(self, request: Request, stream_id: UUID) -> Response:
        """Its state."""
        return Response(document_of(self._stream(request, stream_id)))

    def delete(self, request: Request, stream_id: UUID) -> Response:
        """Remove it, after a proof: who is watched would like to."""
        row = self._stream(request, stream_id)
        require(request, CHECKPOINT, target=f"removal of event stream {row.name}")
        return Response({"removed": remove_stream(facts=facts_of(request), stream=row)})


class _ChangeView(_StreamView):
    """A view that changes one stream after a proof, and answers how it is then."""

    what = ""
    change: Callable[[RequestFacts, LogStream], Any]

    def post(self, request: Request, stream_id: UUID) -> Response:
        """The stream as it is then; 401 until the admin has stepped up."""
        row = self._stream(request, stream_id)
        require(request, CHECKPOINT, target=f"{self.what}: {row.name}")
        return self.answer(row, type(self).change(facts_of(request), row))

    def answer(self, row: LogStream, _changed: object) -> Response:
        """What is told after the change."""
        row.refresh_from_db()
        return Response(document_of(row))


def _operation(name: str, summary: str, answer: Any) -> dict[str, Operation]:  # noqa: ANN401 (a serializer)
    return {
        "POST": Operation(
            name=name,
            summary=summary,
            tag=TAG,
            answers={200: answer},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(404,),
        )
    }


class PauseStreamView(_ChangeView):
    """Send nothing for a while."""

    what = "pause of event stream"
    operations = _operation(
        "pause_stream",
        "Pause an event stream: the administrators are told",
        documents.StreamDocument,
    )

    @staticmethod
    def change(facts: RequestFacts, row: LogStream) -> bool:
        """Pause it."""
        return pause_stream(facts=facts, stream=row)


class ResumeStreamView(_ChangeView):
    """Go on."""

    what = "continuation of event stream"
    operations = _operation(
        "resume_stream", "Go on where a stream was paused", documents.StreamDocument
    )

    @staticmethod
    def change(facts: RequestFacts, row: LogStream) -> bool:
        """Continue it."""
        return resume_stream(facts=facts, stream=row)


class TestStreamView(_ChangeView):
    """See whether it arrives."""

    what = "test of event stream"
    operations = _operation(
        "send_test_event", "Send a test event the way of all others", documents.TestEventDocument
    )

    @staticmethod
    def change(facts: RequestFacts, row: LogStream) -> UUID:
        """Write the event."""
        return send_test_event(facts=facts, stream=row)

    def answer(self, row: LogStream, changed: object) -> Response:  # noqa: ARG002 (the base class's signature)
        """Its id, to look for at the receiver."""
        return Response({"event": str(changed)})


class ReplayView(_ChangeView):
    """Once more."""

    what = "refused events of stream"
    operations = _operation(
        "replay_refused", "Offer refused events to the receiver once more", documents.ReplayDocument
    )

    @staticmethod
    def change(facts: RequestFacts, row: LogStream) -> int:
        """Ask for it."""
        return replay_refused(facts=facts, stream=row)

    def answer(self, row: LogStream, changed: object) -> Response:  # noqa: ARG002 (the base class's signature)
        """How many they are."""
        return Response({"count": changed})


class StreamSecretView(_ChangeView):
    """A new secret for a webhook."""

    what = "secret of event stream"
    operations = {
        "POST": Operation(
            name="replace_stream_secret",
            summary="Give a webhook a new secret: for 24 hours both sign",
            tag=TAG,
            answers={200: documents.NewStreamDocument},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    @staticmethod
    def change(facts: RequestFacts, row: LogStream) -> str:
        """Replace it."""
        return replace_secret(facts=facts, stream=row)

    def answer(self, row: LogStream, changed: object) -> Response:
        """The secret, this once."""
        row.refresh_from_db()
        return Response({**document_of(row), "secret": changed})


class RefusedView(_StreamView):
    """What the receiver of a stream has refused."""

    operations = {
        "GET": Operation(
            name="list_refused",
            summary="The events that a receiver refused for good, the newest first",
            tag=TAG,
            answers={200: documents.RefusedPageDocument},
            path=PATH,
            query=PAGING,
            problems=(400, 404),
        )
    }

    def get(self, request: Request, stream_id: UUID) -> Response:
        """One page of them."""
        rows = DeadLetter.objects.filter(stream=self._stream(request, stream_id))
        page = page_of(request, rows, ORDER)
        shown = [
            {
                "id": str(row.pk),
                "event": str(row.event),
                "reason": row.reason,
                "at": row.at,
                "replay_at": row.replay_at,
            }
            for row in page.rows
        ]
        return Response({"refused": shown, "next": page.next})


def document_of(row: LogStream) -> dict[str, Any]:
    """A stream without its token and without the path of its URL."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "sink": row.sink,
        "host": host_of(row),
        "region": row.region,
        "state": row.state,
        "failures": row.failures,
        "trouble": row.trouble,
        "failing_since": row.failing_since,
        "next_at": row.next_at,
        "sent": row.sent,
        "sent_at": row.sent_at,
        "refused": DeadLetter.objects.filter(stream=row).count(),
        "old_secret_until": row.old_secret_until,
        "created_at": row.created_at,
    }
