"""The tenant's own enrollment rules, and how far enrollment has come: for its admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policy import IsTenantAdmin
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import ROLE
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.coverage import MemberShare, coverage
from otpguard.flows.tenant.enrollment import remove_rule, set_rule
from otpguard.forms.enrollment import NAMES, from_json
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import EnrollmentRule, Tenant

CHECKPOINT = "security_settings"
ORDER = ListOrder(name="rules", columns=("role",))

ROLE_PATH = {"role": "The name of a role."}


def _set(whom: str, path: Mapping[str, str] | None = None) -> Operation:
    return Operation(
        name=f"set_rule_for_{whom}",
        summary=f"Set the rule for {_spoken(whom)}",
        tag="Enrollment",
        answers={200: documents.RuleDocument},
        body=documents.RuleBody,
        path=path or {},
        checkpoint=CHECKPOINT,
        problems=(400,),
    )


def _remove(whom: str, path: Mapping[str, str] | None = None) -> Operation:
    return Operation(
        name=f"remove_rule_for_{whom}",
        summary=f"Remove the rule for {_spoken(whom)}",
        tag="Enrollment",
        answers={204: None},
        path=path or {},
        checkpoint=CHECKPOINT,
        problems=(404,),
    )


def _spoken(whom: str) -> str:
    return "one role" if whom == "role" else whom


class CoverageView(ProblemView):
    """How many members of the caller's tenant have enrolled what."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="read_coverage",
            summary="How many members have enrolled what",
            tag="Enrollment",
            answers={200: documents.CoverageDocument},
        )
    }

    def get(self, request: Request) -> Response:
        """Counts of active members: in all, by best factor, by level, by role."""
        facts = facts_of(request)
        found = coverage(tenant=_tenant(facts), now=facts.now)
        return Response(
            {
                **_share(found.total),
                "profile": found.profile,
                "by_kind": {str(kind): count for kind, count in sorted(found.by_kind.items())},
                "by_level": {level.name: count for level, count in sorted(found.by_level.items())},
                "by_role": {role: _share(share) for role, share in sorted(found.by_role.items())},
            }
        )


class RulesView(ProblemView):
    """The rules that count in the caller's tenant, and the one for everybody."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="list_rules",
            summary="The rules of the tenant, and those of the site",
            tag="Enrollment",
            answers={200: documents.RulePageDocument},
            query=PAGING,
            problems=(400,),
        ),
        "PUT": _set("everybody"),
        "DELETE": _remove("everybody"),
    }

    def get(self, request: Request) -> Response:
        """The tenant's own rules, a page at a time, and the site's, which it cannot loosen."""
        own = EnrollmentRule.objects.filter(tenant_id=facts_of(request).tenant)
        page = page_of(request, own, ORDER)
        site = EnrollmentRule.objects.filter(tenant=None).order_by("role")
        return Response(
            {
                "rules": [_rule(rule) for rule in page.rows],
                "site_rules": [_rule(rule) for rule in site],
                "next": page.next,
            }
        )

    def put(self, request: Request) -> Response:
        """Set the rule for everybody: see RoleRuleView."""
        return _put(request, "")

    def delete(self, request: Request) -> Response:
        """Remove the rule for everybody: see RoleRuleView."""
        return _delete(request, "")


class RoleRuleView(ProblemView):
    """The rule for one role in the caller's tenant."""

    permission_classes = [IsAuthenticated, IsTenantAdmin]
    operations = {
        "GET": Operation(
            name="read_rule",
            summary="The rule for one role",
            tag="Enrollment",
            answers={200: documents.RuleDocument},
            path=ROLE_PATH,
            problems=(404,),
        ),
        "PUT": _set("role", path=ROLE_PATH),
        "DELETE": _remove("role", path=ROLE_PATH),
    }

    def get(self, request: Request, role: str) -> Response:
        """The rule. 404 without one."""
        return Response(_rule(_own(facts_of(request), role)))

    def put(self, request: Request, role: str) -> Response:
        """Set the rule. 400 for a value out of bounds, 401 until the admin has stepped up."""
        return _put(request, role)

    def delete(self, request: Request, role: str) -> Response:
        """Remove the rule. 404 without one, 401 until the admin has stepped up."""
        return _delete(request, role)


def _put(request: Request, role: str) -> Response:
    if role and not ROLE.fullmatch(role):
        raise InvalidInput("role", "Use lower-case letters, digits and _ . -")
    given = object_of(request)
    unknown = sorted(set(given) - set(NAMES))
    if unknown:
        raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], list(NAMES))}")
    form = from_json(given)
    check_form(form)
    require(request, CHECKPOINT, target=f"enrollment rule for {role or 'everybody'}")
    facts = facts_of(request)
    rule = set_rule(facts=facts, tenant=_tenant(facts), role=role, **form.values(facts.now))
    return Response(_rule(rule))


def _delete(request: Request, role: str) -> Response:
    _own(facts_of(request), role)
    require(request, CHECKPOINT, target=f"removal of the rule for {role or 'everybody'}")
    facts = facts_of(request)
    if not remove_rule(facts=facts, tenant=_tenant(facts), role=role):
        raise Http404
    return Response(status=204)


def _tenant(facts: RequestFacts) -> Tenant:
    return Tenant.objects.get(pk=facts.tenant)


def _own(facts: RequestFacts, role: str) -> EnrollmentRule:
    known = not role or ROLE.fullmatch(role)  # an invalid role may not fit into a column
    rules = EnrollmentRule.objects.filter(tenant_id=facts.tenant, role=role)
    found = rules.first() if known else None
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


def _share(share: MemberShare) -> dict[str, int]:
    return {
        "members": share.members,
        "enrolled": share.enrolled,
        "due": share.due,
        "overdue": share.overdue,
    }
