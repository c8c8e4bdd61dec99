"""The exports of the caller's tenant, for its admins: see them, cancel them.

They are asked for in the host's own views and fetched on the pages: a file leaves through one door.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.base import ProblemView
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policy import IsTenantAdmin
from otpguard.flows.release.cancel import cancel_release
from otpguard.http.facts import facts_of
from otpguard.models import Release

ORDER = ListOrder(name="releases", columns=("created_at", "id"), newest_first=True)


class IsReleaseReader(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may see its exports."


class ReleasesView(ProblemView):
    """The exports of the caller's tenant, the newest first."""

    permission_classes = [IsAuthenticated, IsReleaseReader]
    operations = {
        "GET": Operation(
            name="list_exports",
            summary="The exports of the organization, the newest first",
            tag="Exports",
            answers={200: documents.ReleasePageDocument},
            query=PAGING,
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Response:
        """One page of them."""
        rows = Release.objects.filter(Q(tenant=facts_of(request).tenant))
        page = page_of(request, rows, ORDER)
        return Response({"exports": [document_of(row) for row in page.rows], "next": page.next})


class CancelReleaseView(ProblemView):
    """Cancel one export."""

    permission_classes = [IsAuthenticated, IsReleaseReader]
    operations = {
        "POST": Operation(
            name="cancel_export",
            summary="Destroy an export before its time",
            tag="Exports",
            answers={200: documents.ReleaseDocument},
            path={"release_id": "The id of an export."},
            problems=(404,),
        )
    }

    def post(self, request: Request, release_id: UUID) -> Response:
        """The export as it is then; one that had ended before stays as it was. Needs no proof: it
        only takes away."""
        facts = facts_of(request)
        row = Release.objects.filter(Q(tenant=facts.tenant), pk=release_id).first()
        if row is None:
            raise Http404
        cancel_release(facts=facts, release=row)
        row.refresh_from_db()
        return Response(document_of(row))


def document_of(row: Release) -> dict[str, Any]:
    """An export without its arguments, its file and its key."""
    return {
        "id": str(row.pk),
        "job": row.job,
        "user": str(row.user_id),
        "state": row.state,
        "waits_for_approval": row.waits_for_approval,
        "reason": row.reason,
        "rows": row.rows,
        "bytes": row.size,
        "sha256": row.digest,
        "event": str(row.event),
        "downloads": list(row.downloads),
        "downloads_left": row.downloads_left,
        "created_at": row.created_at,
        "held_until": row.held_until,
        "opens_at": row.opens_at,
        "expires_at": row.expires_at,
    }
