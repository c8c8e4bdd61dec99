"""The tenant's own policy: read it, wish for another, for its admins."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard import conf
from otpguard.core.registry import nearest
from otpguard.core.wishes import WishError, dump_policy, parse
from otpguard.flows import policy as policy_flow
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.http.problems import problem
from otpguard.models import Membership, PolicyWish, Tenant
from otpguard.tenants import policies

ADMIN = "admin"


class IsTenantAdmin(BasePermission):
    """An active admin of the request's tenant."""

    message = "Only an admin of this organization may read or change its policy."

    def has_permission(self, request: Request, _view: Any) -> bool:  # noqa: ANN401 (any view)
        """True for an active membership with the admin role."""
        tenant = facts_from(request._request, user=request.user).tenant  # noqa: SLF001 (DRF's)
        member = (
            Membership.objects.filter(tenant_id=tenant, user=request.user.pk, active=True).first()
            if tenant
            else None
        )
        return member is not None and ADMIN in member.roles


class PolicyView(APIView):
    """One checkpoint's policy of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]

    def get(self, request: Request, checkpoint: str) -> Response:
        """The effective policy, the wishes behind it and their version."""
        return Response(_document(request, checkpoint))

    def put(self, request: Request, checkpoint: str) -> Any:  # noqa: ANN401 (two kinds of response)
        """Replace the wishes. 400 for a wish out of bounds, 401 until the admin has stepped up."""
        _known(checkpoint)
        if not isinstance(request.data, dict):
            return problem(400, "invalid_wish", "This policy cannot be set", "Send an object.")
        try:
            wishes = parse(request.data, by_tenant=True)
        except WishError as error:
            return problem(
                400, "invalid_wish", "This policy cannot be set", error.message, field=error.field
            )
        require(request, "security_settings", target=f"policy of {checkpoint}")
        facts = facts_from(request._request, user=request.user)  # noqa: SLF001 (DRF's own request)
        changed = policy_flow.change(
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
    facts = facts_from(request._request, user=request.user)  # noqa: SLF001 (DRF's own request)
    tenant = Tenant.objects.get(pk=facts.tenant)
    scope = policies.Scope.of(
        str(tenant.pk),
        version=tenant.policy_version,
        annual_contract_value=tenant.annual_contract_value,
    )
    row = PolicyWish.objects.filter(tenant=tenant, checkpoint=checkpoint, current=True).first()
    return {
        "checkpoint": checkpoint,
        "policy": dump_policy(policies.at(conf.checkpoint(checkpoint), scope, now=facts.now)),
        "wishes": row.wishes if row else {},
        "version": row.version if row else 0,
    }
