"""The tenant's own enrollment rules, and how far enrollment has come: for its admins."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.api.views import IsTenantAdmin
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import nearest
from otpguard.flows.coverage import Share, coverage
from otpguard.flows.enrollment import remove_rule, set_rule
from otpguard.forms.enrollment import NAMES, ROLE, from_json
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.http.problems import problem
from otpguard.models import EnrollmentRule, Tenant

CHECKPOINT = "security_settings"
TITLE = "This rule cannot be set"


class CoverageView(APIView):
    """How many members of the caller's tenant have enrolled what."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]

    def get(self, request: Request) -> Response:
        """Counts of active members: in all, by best factor, by level, by role."""
        facts = _facts(request)
        found = coverage(tenant=_tenant(facts), now=facts.now)
        return Response(
            {
                **_share(found.total),
                "by_kind": {str(kind): count for kind, count in sorted(found.by_kind.items())},
                "by_level": {level.name: count for level, count in sorted(found.by_level.items())},
                "by_role": {role: _share(share) for role, share in sorted(found.by_role.items())},
            }
        )


class RulesView(APIView):
    """The rules that count in the caller's tenant, and the one for everybody."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]

    def get(self, request: Request) -> Response:
        """The tenant's own rules, and beside them the site's, which the tenant cannot loosen."""
        tenant = _facts(request).tenant
        own = EnrollmentRule.objects.filter(tenant_id=tenant).order_by("role")
        site = EnrollmentRule.objects.filter(tenant=None).order_by("role")
        return Response({"rules": [_rule(r) for r in own], "site_rules": [_rule(r) for r in site]})

    def put(self, request: Request) -> Any:  # noqa: ANN401 (two kinds of response)
        """Set the rule for everybody: see RoleRuleView."""
        return _put(request, "")

    def delete(self, request: Request) -> Response:
        """Remove the rule for everybody: see RoleRuleView."""
        return _delete(request, "")


class RoleRuleView(APIView):
    """The rule for one role in the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]

    def get(self, request: Request, role: str) -> Response:
        """The rule. 404 without one."""
        return Response(_rule(_own(_facts(request), role)))

    def put(self, request: Request, role: str) -> Any:  # noqa: ANN401 (two kinds of response)
        """Set the rule. 400 for a value out of bounds, 401 until the admin has stepped up."""
        return _put(request, role)

    def delete(self, request: Request, role: str) -> Response:
        """Remove the rule. 404 without one, 401 until the admin has stepped up."""
        return _delete(request, role)


def _put(request: Request, role: str) -> Any:  # noqa: ANN401 (two kinds of response)
    if role and not ROLE.fullmatch(role):
        detail = "Use lower-case letters, digits and _ . -"
        return problem(400, "invalid_rule", TITLE, detail, field="role")
    if not isinstance(request.data, dict):
        return problem(400, "invalid_rule", TITLE, "Send an object.")
    unknown = sorted(set(request.data) - set(NAMES))
    if unknown:
        detail = f"no such field, {nearest(unknown[0], list(NAMES))}"
        return problem(400, "invalid_rule", TITLE, detail, field=unknown[0])
    form = from_json(request.data)
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        return problem(400, "invalid_rule", TITLE, str(messages[0]), field=name)
    require(request, CHECKPOINT, target=f"enrollment rule for {role or 'everybody'}")
    facts = _facts(request)
    rule = set_rule(facts=facts, tenant=_tenant(facts), role=role, **form.values(facts.now))
    return Response(_rule(rule))


def _delete(request: Request, role: str) -> Response:
    _own(_facts(request), role)
    require(request, CHECKPOINT, target=f"removal of the rule for {role or 'everybody'}")
    facts = _facts(request)
    if not remove_rule(facts=facts, tenant=_tenant(facts), role=role):
        raise Http404
    return Response(status=204)


def _facts(request: Request) -> RequestFacts:
    return facts_from(request._request, user=request.user)  # noqa: SLF001 (DRF's own request)


def _tenant(facts: RequestFacts) -> Tenant:
    return Tenant.objects.get(pk=facts.tenant)


def _own(facts: RequestFacts, role: str) -> EnrollmentRule:
    found = EnrollmentRule.objects.filter(tenant_id=facts.tenant, role=role).first()
    if found is None:
        raise Http404
    return found


def _rule(rule: EnrollmentRule) -> dict[str, Any]:
    return {
        "role": rule.role,
        "level": None if rule.level is None else AssuranceLevel(rule.level).name,
        "starts_at": rule.starts_at.isoformat(),
        "grace_days": rule.grace_days,
    }


def _share(share: Share) -> dict[str, int]:
    return {
        "members": share.members,
        "enrolled": share.enrolled,
        "due": share.due,
        "overdue": share.overdue,
    }
