"""Try wishes before they are made: whom they would lock out, and what yesterday had been like."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, object_of
from otpguard.api.operation import Operation
from otpguard.api.policies import documents
from otpguard.api.policy import (
    CHECKPOINT,
    CHECKPOINT_PATH,
    IsTenantAdmin,
    known_checkpoint,
    merged_wishes,
    parsed_wishes,
    tenant_here,
    wish_row,
)
from otpguard.core.policy import RULES
from otpguard.core.wishes import policy_at
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.policy_trial import LockedOut, PolicyTrial, try_policy
from otpguard.http.facts import facts_of
from otpguard.http.guard import require


class PolicyTrialView(ProblemView):
    """What wishes would do at one checkpoint."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "POST": Operation(
            name="try_policy",
            summary="What a change of the wishes would do; changes nothing",
            tag="Policies",
            answers={200: documents.TrialDocument},
            body=documents.TrialBody,
            path=CHECKPOINT_PATH,
            problems=(400, 404),
        )
    }

    def post(self, request: Request, checkpoint: str) -> Response:
        """Counts for every admin; names of people are for an admin who has stepped up."""
        known_checkpoint(checkpoint)
        given = object_of(request)
        patch, people = given.get("wishes"), given.get("people", False)
        if not isinstance(patch, dict):
            raise InvalidInput("wishes", "Send an object.")
        if not isinstance(people, bool):
            raise InvalidInput("people", "Send true or false.")
        row = wish_row(request, checkpoint)
        wishes = parsed_wishes(merged_wishes(row, patch), checkpoint)
        if people:
            require(request, CHECKPOINT, target=f"who is concerned by a policy of {checkpoint}")
        trial = try_policy(
            facts=facts_of(request),
            tenant=tenant_here(request),
            checkpoint=checkpoint,
            wishes=wishes,
        )
        version = row.version if row else 0
        return Response(_document(trial, checkpoint, version=version, people=people))


def _document(trial: PolicyTrial, checkpoint: str, *, version: int, people: bool) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint,
        "version": version,
        "policy": policy_at(trial.after, checkpoint),
        "changed": [
            name for name in RULES if getattr(trial.before, name) != getattr(trial.after, name)
        ],
        "weakened": list(trial.weakened),
        "clamped": dict(trial.clamped),
        "approvals": trial.approvals,
        "locked_out": _locked_out(trial.locked_out, people=people),
        "yesterday": {
            "passes": trial.yesterday.passes,
            "stopped": trial.yesterday.stopped,
            "by_reason": dict(trial.yesterday.by_reason),
        },
    }


def _locked_out(found: LockedOut, *, people: bool) -> dict[str, Any]:
    return {
        "members": found.members,
        "newly": found.newly,
        "already": found.already,
        "by_role": dict(found.by_role),
        "users": list(found.users) if people else None,
        "can_enroll": found.can_enroll,
    }
