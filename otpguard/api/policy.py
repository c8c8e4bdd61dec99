"""The tenant's own policy: read it, wish for another, for its admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard import conf
from otpguard.api.base import ProblemView, object_of
from otpguard.api.exception_document import document_of
from otpguard.api.operation import Operation
from otpguard.api.policies import documents
from otpguard.api.versions import etag_of, expected_version
from otpguard.core.policy_source import ValueOrigin
from otpguard.core.registry import nearest
from otpguard.core.wishes import WishError, dump_wishes, parse_wishes, policy_at
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import tenant_of
from otpguard.flows.tenant.below_defensible import fields_below_defensible
from otpguard.flows.tenant.policy import Changed, check_served, check_version
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import Approval, PolicyException, PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.tenants.directory import member_of
from otpguard.tenants.policy_sources import explained

ADMIN = "admin"
CHECKPOINT = "security_settings"
CHECKPOINT_PATH = {"checkpoint": "The name of a checkpoint."}
CHANGED = {200: documents.ChangedPolicyDocument, 202: documents.ChangedPolicyDocument}


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


class MergePatchParser(JSONParser):
    """A JSON document of RFC 7396 by its own name."""

    media_type = "application/merge-patch+json"


class PoliciesView(ProblemView):
    """All policies of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="list_policies",
            summary="The policies of all checkpoints",
            tag="Policies",
            answers={200: documents.PoliciesDocument},
        )
    }

    def get(self, request: Request) -> Response:
        """The effective policies, in the order of the checkpoints."""
        facts = facts_of(request)
        tenant = tenant_here(request)
        scope = policies.Scope.of_tenant(tenant)
        rows = PolicyWish.objects.filter(tenant=tenant, current=True)
        versions = dict(rows.values_list("checkpoint", "version"))
        lines = [
            {
                "checkpoint": each.slug,
                "policy": policy_at(policies.at(each, scope, now=facts.now), each.slug),
                "version": versions.get(each.slug, 0),
            }
            for each in conf.settings().checkpoints.values()
        ]
        return Response(
            {
                "policies": lines,
                "industry": tenant.industry,
                "below_defensible": fields_below_defensible(tenant, now=facts.now),
            }
        )


class PolicyView(ProblemView):
    """One checkpoint's policy of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    parser_classes = [JSONParser, MergePatchParser]
    operations = {
        "GET": Operation(
            name="read_policy",
            summary="The policy of one checkpoint, and what decided each value",
            tag="Policies",
            answers={200: documents.PolicyDocument},
            path=CHECKPOINT_PATH,
            problems=(404,),
        ),
        "PUT": Operation(
            name="set_policy",
            summary="Replace the wishes: 202 where another admin must approve what is weaker",
            tag="Policies",
            answers=CHANGED,
            body=documents.WishesBody,
            path=CHECKPOINT_PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404, 412),
        ),
        "PATCH": Operation(
            name="change_policy",
            summary="Change some wishes: 202 where another admin must approve what is weaker",
            tag="Policies",
            answers=CHANGED,
            body=documents.PatchedWishesBody,
            path=CHECKPOINT_PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404, 412, 428),
        ),
    }

    def get(self, request: Request, checkpoint: str) -> Response:
        """The effective policy with the source of each value, the floor, the wishes behind it and
        their version, and exceptions that run."""
        return answer_of(policy_document(request, checkpoint))

    def put(self, request: Request, checkpoint: str) -> Response:
        """Replace the wishes. 400 for a wish out of bounds, 401 until the admin has stepped up."""
        known_checkpoint(checkpoint)
        wishes = parsed_wishes(object_of(request), checkpoint)
        expected = expected_version(request, required=False)
        check_version(wish_row(request, checkpoint), expected)
        require(request, CHECKPOINT, target=f"policy of {checkpoint}")
        return _change(request, checkpoint, wishes, expected)

    def patch(self, request: Request, checkpoint: str) -> Response:
        """Lay some wishes over those of now. 412 if they are others than the caller has read."""
        known_checkpoint(checkpoint)
        row = wish_row(request, checkpoint)
        merged = merged_wishes(row, object_of(request))
        wishes = parsed_wishes(merged, checkpoint)
        expected = expected_version(request, required=True)
        check_version(row, expected)
        # What was merged is bound to what it was merged with, also where the caller says "any".
        version = row.version if row else 0
        about = {"wishes": merged, "version": version}
        require(request, CHECKPOINT, target=f"policy of {checkpoint}", body=about)
        return _change(request, checkpoint, wishes, version)


def _change(
    request: Request, checkpoint: str, wishes: Mapping[str, Any], expected: int | None
) -> Response:
    changed = change_or_ask(
        facts=facts_of(request),
        tenant=tenant_here(request),
        checkpoint=checkpoint,
        wishes=wishes,
        expected=expected,
    )
    return changed_answer(request, checkpoint, changed)


def changed_answer(request: Request, checkpoint: str, changed: Changed | Approval) -> Response:
    """What a change has done, or with 202 what it waits for."""
    document = policy_document(request, checkpoint)
    if isinstance(changed, Approval):
        waits = {"clamped": {}, "weakened": [], "approval": str(changed.pk)}
        return answer_of({**document, **waits}, status=202)
    done = {"clamped": changed.clamped, "weakened": changed.weakened, "approval": None}
    return answer_of({**document, **done})


def answer_of(document: Mapping[str, Any], *, status: int = 200) -> Response:
    """A document with a `version`, which is its tag as well."""
    return Response(document, status=status, headers={"ETag": etag_of(document["version"])})


def known_checkpoint(slug: str) -> None:
    """Let the name of a checkpoint pass. Raises Http404."""
    known = conf.settings().checkpoints
    if slug not in known:
        raise Http404(f'No checkpoint "{slug}", {nearest(slug, list(known))}')


def tenant_here(request: Request) -> Tenant:
    """The tenant of a request that IsTenantAdmin has let pass. One read; raises Http404 for none,
    where it was deleted meanwhile."""
    tenant = tenant_of(facts_of(request))
    if tenant is None:
        raise Http404
    return tenant


def wish_row(request: Request, checkpoint: str) -> PolicyWish | None:
    """The current wishes of the request's tenant; None without any."""
    rows = PolicyWish.objects.filter(tenant=tenant_here(request), checkpoint=checkpoint)
    return rows.filter(current=True).first()


def merged_wishes(row: PolicyWish | None, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes of now with some others over them (RFC 7396)."""
    merged = {**(row.wishes if row else {}), **patch}
    return {name: value for name, value in merged.items() if value is not None}


def parsed_wishes(raw: Mapping[str, Any], checkpoint: str) -> dict[str, Any]:
    """The wishes as values. Raises InvalidInput at the field that cannot be."""
    try:
        wishes = parse_wishes(raw, by_tenant=True, kinds=conf.factor_kinds(), place=checkpoint)
    except WishError as error:
        raise InvalidInput(error.field, error.message) from None
    check_served(wishes)
    return wishes


def policy_document(request: Request, checkpoint: str) -> dict[str, Any]:
    """All that is told of one checkpoint. Raises Http404 for an unknown one."""
    known_checkpoint(checkpoint)
    facts = facts_of(request)
    tenant = tenant_here(request)
    scope = policies.Scope.of_tenant(tenant)
    found = explained(conf.checkpoint(checkpoint), scope, now=facts.now)
    policy = policy_at(found.policy, checkpoint)
    row = wish_row(request, checkpoint)
    return {
        "checkpoint": checkpoint,
        "policy": policy,
        "sources": {name: _origin(name, found.origins[name]) for name in policy},
        "floor": policy_at(found.floor, checkpoint),
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


def _origin(name: str, origin: ValueOrigin) -> dict[str, Any]:
    asked = dump_wishes({name: origin.asked})[name]
    return {"source": str(origin.source), "place": origin.place, "asked": asked}
