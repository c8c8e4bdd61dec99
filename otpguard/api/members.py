"""Members' factors, for the tenant's admins: what there is, reset and unblock.

Everything here is guarded by `security_settings.factor_reset`, also the reading: it is about
people. A person outside the caller's tenant is the same 404 as an unknown one.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.approval_document import approval_document
from otpguard.api.base import ProblemView, check_form
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policy import IsTenantAdmin
from otpguard.channels import opt_outs
from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.choose import best_level
from otpguard.factors.catalog import driver_of
from otpguard.factors.enrolled import value_of
from otpguard.flows.factor.reset import CHECKPOINT, Reset, check_actor, unblock_factor
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.shadow import keep_shadow
from otpguard.forms.reason import ReasonForm
from otpguard.forms.reset import ResetForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.http.problems import problem
from otpguard.models import Approval, Factor, FactorBlock, Grant, Membership, OptOut
from otpguard.models.factor import FACTORS
from otpguard.vault import UndecryptableError

Answer = Response | HttpResponse
FACTORS_ORDER = ListOrder(name="factors", columns=("created_at", "id"))
USER_PATH = {"user_id": "The id of a member's user."}


class IsMembersAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may look after its members' factors."


class NobodyError(Exception):
    """No such member, factor or approval in the caller's tenant, for whatever reason."""


class MembersView(ProblemView):
    """What the views below share: who may call them, and 404 for members of other tenants."""

    permission_classes = [IsAuthenticated, IsMembersAdmin]

    def handle_exception(self, exc: Exception) -> Any:  # noqa: ANN401 (two kinds of response)
        """Nobody here by that name is 404."""
        if isinstance(exc, NobodyError):
            return problem(404, "not_found", "Not found", "There is nothing of that name here.")
        return super().handle_exception(exc)


class FactorsView(MembersView):
    """What a member can prove themselves with here."""

    operations = {
        "GET": Operation(
            name="list_factors",
            summary="The factors of a member, numbers masked",
            tag="Members",
            answers={200: documents.FactorPageDocument},
            query=PAGING,
            path=USER_PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def get(self, request: Request, user_id: str) -> Answer:
        """Kind, worth, last use here, whose it is, whether it is blocked; numbers masked.

        The oldest first, a page at a time.
        """
        member = _member(request, user_id)
        require(
            request,
            CHECKPOINT,
            target=f"factors of {member.user}",
            body={"user": user_id},
            reads_safely=True,
        )
        page = page_of(request, _factors(member), FACTORS_ORDER)
        factors = _listed(member, page.rows)
        return Response({"user": str(member.user_id), "factors": factors, "next": page.next})


class ResetView(MembersView):
    """Reset a member's factors: all, or those named."""

    operations = {
        "POST": Operation(
            name="reset_factors",
            summary="Reset factors of a member: 202 where a second administrator must approve",
            tag="Members",
            answers={200: documents.ResetDoneDocument, 202: documents.ApprovalDocument},
            body=documents.ResetBody,
            path=USER_PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def post(self, request: Request, user_id: str) -> Answer:
        """200 with what was done, 202 with the approval it waits for, 401 until stepped up."""
        facts, member = facts_of(request), _member(request, user_id)
        form = ResetForm(request.data if isinstance(request.data, dict) else {})
        check_form(form)
        given = form.cleaned_data
        whose = {"user_id": str(member.user_id), "tenant_id": facts.tenant}
        check_actor(facts, reason=given["reason"], **whose)
        about = {**whose, **given}
        require(request, CHECKPOINT, target=f"reset of {member.user}", body=about)
        done = reset_or_ask(facts=facts, **about)
        if isinstance(done, Approval):
            return Response(approval_document(done), status=202)
        return Response(_reset(done))


class UnblockView(MembersView):
    """Accept a member's own factor again."""

    operations = {
        "POST": Operation(
            name="unblock_factor",
            summary="Accept a member's own factor again",
            tag="Members",
            answers={200: documents.UnblockedDocument},
            body=documents.ReasonBody,
            path={**USER_PATH, "factor_id": "The id of a factor."},
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def post(self, request: Request, user_id: str, factor_id: Any) -> Answer:  # noqa: ANN401 (a UUID)
        """200 with whether it was blocked, 401 until stepped up."""
        facts, member = facts_of(request), _member(request, user_id)
        if not _factors(member).filter(pk=factor_id).exists():
            raise NobodyError
        form = ReasonForm(request.data if isinstance(request.data, dict) else {})
        check_form(form)
        reason = form.cleaned_data["reason"]
        check_actor(facts, user_id=str(member.user_id), tenant_id=facts.tenant, reason=reason)
        about = {"factor_id": str(factor_id), "tenant_id": facts.tenant, "reason": reason}
        require(request, CHECKPOINT, target=f"unblock a factor of {member.user}", body=about)
        return Response({"unblocked": unblock_factor(facts=facts, **about)})


def _member(request: Request, user_id: str) -> Membership:
    """A member of the caller's tenant. Raises NobodyError."""
    facts = facts_of(request)
    rows = Membership.objects.select_related("user", "tenant")
    try:
        keep_shadow(facts=facts, user=user_id, tenant=facts.tenant)
        found = rows.filter(Q(user_id=user_id), tenant_id=facts.tenant).first()
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise NobodyError
    return found


def _factors(member: Membership) -> Any:  # noqa: ANN401 (a queryset with a column more)
    whose = Q(tenant=None) | Q(tenant=member.tenant_id)
    return FACTORS.filter(whose, user=member.user_id, confirmed=True)


def _listed(member: Membership, rows: list[Factor]) -> list[dict[str, Any]]:
    here = Q(tenant=member.tenant_id, factor_id__in=[row.pk for row in rows])
    blocks = {row.factor_id: row for row in FactorBlock.objects.filter(here)}
    # Not the factor's own time: that would reveal the person's work in other tenants.
    proofs = Grant.objects.filter(here, user=member.user_id).order_by().values_list("factor_id")
    used = dict(proofs.annotate(last=Max("verified_at")))
    tenant = str(member.tenant_id)
    # What was said to another organization's own sender is none of this one's business.
    stopped = opt_outs.stopped_by_factor(rows, tenant=tenant, now=timezone.now())
    return [
        _factor(row, blocks.get(row.pk), used.get(row.pk), stopped.get(row.pk, ())) for row in rows
    ]


def _factor(
    row: Factor,
    block: FactorBlock | None,
    used: Any,  # noqa: ANN401 (a datetime or None)
    stopped: tuple[OptOut, ...],
) -> dict[str, Any]:
    worth = None
    if driver_of(row) is not None:
        profile = settings().assurance_profile
        worth = best_level(value_of(row), profile=profile, primary=Primary.PASSWORD)
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "worth": worth.name if worth else None,
        "number": _number(row),
        "serial": row.serial,
        "provisioned": row.tenant_id is not None,
        "disabled": row.disabled_at is not None,
        "blocked": None
        if block is None
        else {"reason": block.reason, "at": block.at.isoformat(), "by": str(block.by_id or "")},
        "stopped": [
            {"channel": each.channel, "since": each.at.isoformat(), "source": each.source}
            for each in stopped
        ],
        "last_used_at": used.isoformat() if used else None,
    }


def _number(row: Factor) -> str:
    driver = driver_of(row)
    if driver is None or not driver.kind.sends_codes:
        return ""
    try:
        return driver.hint_of(row)
    except UndecryptableError:
        return ""


def _reset(done: Reset) -> dict[str, Any]:
    return {
        "removed": done.removed,
        "blocked": done.blocked,
        "held_until": done.held_until.isoformat() if done.held_until else None,
    }
