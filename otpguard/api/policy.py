"""The tenant's own policy: read it, wish for another, for its admins."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard import conf
from otpguard.api import documents
from otpguard.api.base import ProblemView, object_of
from otpguard.api.exception_document import document_of
from otpguard.api.operation import Operation
from otpguard.core.registry import nearest
from otpguard.core.wishes import WishError, parse_wishes, policy_at
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.policy import change_policy, check_served
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import PolicyException, PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.tenants.directory import member_of

ADMIN = "admin"
CHECKPOINT_PATH = {"checkpoint": "The name of a checkpoint."}


class IsTenantAdmin(BasePermission):
    """An active admin of the request's tenant, which is active itself."""

    message = "Only an admin of this organization may read or change its policy."

    def has_permission(self, request: Request, _view: Any) -> bool:  # noqa: ANN401 (any view)
        """True for an active membership with the admin role in a tenant that is not suspended."""
        facts = facts_of(request)
        member = member_of(facts.user, facts.tenant)
        return bool(
            request.user.is_active
            and member is not None
            and member.active
            and ADMIN in member.roles
            and Tenant.objects.filter(pk=facts.tenant, status=Tenant.Status.ACTIVE).exists()
        )


class PolicyView(ProblemView):
    """One checkpoint's policy of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="read_policy",
            summary="The policy of one checkpoint",
            tag="Policies",
            answers={200: documents.PolicyDocument},
            path=CHECKPOINT_PATH,
            problems=(404,),
        ),
        "PUT": Operation(
            name="set_policy",
            summary="Replace the wishes for one checkpoint",
            tag="Policies",
            answers={200: documents.ChangedPolicyDocument},
            body=documents.WishesBody,
            path=CHECKPOINT_PATH,
            checkpoint="security_settings",
            problems=(400, 404),
        ),
    }

    def get(self, request: Request, checkpoint: str) -> Response:
        """The effective policy, the wishes behind it and their version, and exceptions that run."""
        return Response(_document(request, checkpoint))

    def put(self, request: Request, checkpoint: str) -> Response:
        """Replace the wishes. 400 for a wish out of bounds, 401 until the admin has stepped up."""
        _known(checkpoint)
        try:
            wishes = parse_wishes(
                object_of(request), by_tenant=True, kinds=conf.factor_kinds(), place=checkpoint
            )
        except WishError as error:
            raise InvalidInput(error.field, error.message) from None
        check_served(wishes)
        require(request, "security_settings", target=f"policy of {checkpoint}")
        facts = facts_of(request)
        changed = change_policy(
            facts=facts,
            tenant=Tenant.objects.get(pk=facts.tenant),
            checkpoint=checkpoint,
            wishes=wishes,
        )
        document = _document(request, checkpoint)
        return Response({**document, "clamped": changed.clamped, "weakened": changed.weakened})


def _known(slug: str) -> None:
    known = conf.settings().checkpoints
    if slug not in known:
        raise Http404(f'No checkpoint "{slug}", {nearest(slug, list(known))}')


def _document(request: Request, checkpoint: str) -> dict[str, Any]:
    _known(checkpoint)
    facts = facts_of(request)
    tenant = Tenant.objects.get(pk=facts.tenant)
    scope = policies.Scope.of_tenant(tenant)
    row = PolicyWish.objects.filter(tenant=tenant, checkpoint=checkpoint, current=True).first()
    return {
        "checkpoint": checkpoint,
        "policy": policy_at(
            policies.at(conf.checkpoint(checkpoint), scope, now=facts.now), checkpoint
        ),
        "exceptions": [
            document_of(each, facts.now)
            for each in PolicyException.objects.running(facts.now)
            .filter(tenant=tenant, checkpoint=checkpoint)
            .select_related("tenant")
            .order_by("expires_at")
        ],
        "wishes": row.wishes if row else {},
        "version": row.version if row else 0,
    }
