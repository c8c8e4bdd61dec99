"""The versions of a tenant's wishes: list them, compare two, bring one back."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, object_of
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policies import documents
from otpguard.api.policy import (
    CHANGED,
    CHECKPOINT,
    CHECKPOINT_PATH,
    IsTenantAdmin,
    changed_answer,
    known_checkpoint,
    tenant_here,
    wish_row,
)
from otpguard.api.versions import expected_version
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.policy import check_version
from otpguard.flows.tenant.policy_rollback import roll_back_policy, wishes_of_version
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import PolicyWish

ORDER = ListOrder(name="policy versions", columns=("version",), newest_first=True)
DIGITS = 9


class PolicyVersionsView(ProblemView):
    """The versions of the wishes for one checkpoint."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="list_policy_versions",
            summary="The versions of the wishes, the newest first",
            tag="Policies",
            answers={200: documents.PolicyVersionPageDocument},
            path=CHECKPOINT_PATH,
            query=PAGING,
            problems=(400, 404),
        )
    }

    def get(self, request: Request, checkpoint: str) -> Response:
        """A page of them."""
        known_checkpoint(checkpoint)
        rows = PolicyWish.objects.filter(tenant=tenant_here(request), checkpoint=checkpoint)
        page = page_of(request, rows, ORDER)
        return Response({"versions": [_version(row) for row in page.rows], "next": page.next})


class PolicyDiffView(ProblemView):
    """What two versions of the wishes do not wish alike."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="compare_policy_versions",
            summary="What two versions do not wish alike",
            tag="Policies",
            answers={200: documents.PolicyDiffDocument},
            path=CHECKPOINT_PATH,
            query={
                "before": "A version; 0 is no wishes at all.",
                "after": "A version. Left out: the current one.",
            },
            problems=(400, 404),
        )
    }

    def get(self, request: Request, checkpoint: str) -> Response:
        """By field, what was wished before and after."""
        known_checkpoint(checkpoint)
        row = wish_row(request, checkpoint)
        current = str(row.version if row else 0)
        before = _number(request.query_params.get("before", ""), "before")
        after = _number(request.query_params.get("after", current), "after")
        tenant = tenant_here(request)
        old, new = (wishes_of_version(tenant, checkpoint, each) for each in (before, after))
        changed = {
            name: {"before": old.get(name), "after": new.get(name)}
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        }
        return Response(
            {"checkpoint": checkpoint, "before": before, "after": after, "changed": changed}
        )


class PolicyRollbackView(ProblemView):
    """Wish for what an earlier version wished."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "POST": Operation(
            name="roll_back_policy",
            summary="Bring back a version, as a new one: 202 where another admin must approve",
            tag="Policies",
            answers=CHANGED,
            body=documents.RollbackBody,
            path=CHECKPOINT_PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404, 412, 428),
        )
    }

    def post(self, request: Request, checkpoint: str) -> Response:
        """400 for a version that there is not, 412 if the wishes have moved since they were
        read."""
        known_checkpoint(checkpoint)
        version = _number(object_of(request).get("version"), "version")
        expected = expected_version(request, required=True)
        row = wish_row(request, checkpoint)
        check_version(row, expected)
        tenant = tenant_here(request)
        wishes_of_version(tenant, checkpoint, version)
        read = row.version if row else 0
        about = {"version": version, "over": read}
        target = f"version {version} of the policy of {checkpoint}"
        require(request, CHECKPOINT, target=target, body=about)
        changed = roll_back_policy(
            facts=facts_of(request),
            tenant=tenant,
            checkpoint=checkpoint,
            version=version,
            expected=read,
        )
        return changed_answer(request, checkpoint, changed)


def _number(given: Any, field: str) -> int:  # noqa: ANN401 (whatever was sent)
    """A version. Raises InvalidInput."""
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= DIGITS:
        return int(text)
    raise InvalidInput(field, "Give the number of a version.")


def _version(row: PolicyWish) -> dict[str, Any]:
    return {
        "version": row.version,
        "current": row.current,
        "wishes": row.wishes,
        "author": str(row.author_id or ""),
        "at": row.at,
    }
