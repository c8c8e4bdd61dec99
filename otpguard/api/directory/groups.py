"""The groups of the caller's directory and their roles, and removals that wait for a decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import object_of
from otpguard.api.directory import documents
from otpguard.api.directory.tokens import CHECKPOINT, TAG, DirectoryView
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.exceptions import InvalidInput
from otpguard.flows.scim.group import map_group
from otpguard.flows.scim.removal import decide_removals, held_removals
from otpguard.forms.team.directory import GroupRoleForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import ScimGroup, Tenant

PATH = {"group_id": "The id of a group."}
ORDER = ListOrder(name="directory_groups", columns=("id",), newest_first=True)
DECISIONS = {"let_through": True, "refuse": False}


class DirectoryGroupsView(DirectoryView):
    """The groups of the caller's directory."""

    operations = {
        "GET": Operation(
            name="list_directory_groups",
            summary="The groups of the organization's directory, and the roles that they give",
            tag=TAG,
            answers={200: documents.DirectoryGroupPageDocument},
            query=PAGING,
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Response:
        """One page of them."""
        rows = ScimGroup.objects.filter(Q(tenant=facts_of(request).tenant))
        page = page_of(request, rows, ORDER)
        return Response({"groups": [_document(row) for row in page.rows], "next": page.next})


class DirectoryGroupView(DirectoryView):
    """One group."""

    operations = {
        "PATCH": Operation(
            name="map_directory_group",
            summary="Let a group give its people a role, or none",
            tag=TAG,
            answers={200: documents.DirectoryGroupDocument},
            path=PATH,
            body=documents.DirectoryGroupBody,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def patch(self, request: Request, group_id: UUID) -> Response:
        """The group as it is then; 401 until the admin has stepped up."""
        facts = facts_of(request)
        row = ScimGroup.objects.filter(Q(tenant=facts.tenant), pk=group_id).first()
        if row is None:
            raise Http404
        if "role" not in object_of(request):
            raise InvalidInput("role", "say which role; empty for none")
        role = self._given(request, GroupRoleForm).cleaned_data["role"]
        require(request, CHECKPOINT, target=f"role of group {row.name}: {role or '-'}")
        map_group(facts=facts, group=row, role=role)
        row.refresh_from_db()
        return Response(_document(row))


class HeldRemovalsView(DirectoryView):
    """The removals that wait."""

    operations = {
        "GET": Operation(
            name="read_held_removals",
            summary="How many removals wait because many people went at once",
            tag=TAG,
            answers={200: documents.HeldRemovalsDocument},
        ),
        "POST": Operation(
            name="decide_removals",
            summary="Let all removals that wait through, or refuse them",
            tag=TAG,
            answers={200: documents.HeldRemovalsDocument},
            body=documents.RemovalDecisionBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        ),
    }

    def get(self, request: Request) -> Response:
        """Their number."""
        return Response({"count": held_removals(UUID(facts_of(request).tenant)).count()})

    def post(self, request: Request) -> Response:
        """How many were decided; 400 if none waits."""
        decision = object_of(request).get("decision")
        if not isinstance(decision, str) or decision not in DECISIONS:
            raise InvalidInput("decision", f"one of {', '.join(DECISIONS)}")
        facts = facts_of(request)
        waiting = sorted(map(str, held_removals(UUID(facts.tenant)).values_list("pk", flat=True)))
        about = {"people": waiting, "decision": decision}
        require(request, CHECKPOINT, target=f"removals of the directory: {decision}", body=about)
        tenant = Tenant.objects.get(pk=facts.tenant)
        through = DECISIONS[decision]
        return Response({"count": decide_removals(facts=facts, tenant=tenant, let_through=through)})


def _document(row: ScimGroup) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "role": row.role,
        "changed_at": row.changed_at,
    }
