"""Members' factors, for the tenant's admins: what there is, reset and unblock; and what waits for
a second admin.

Everything here is guarded by `security_settings.factor_reset`, also the reading: it tells of
people. Whoever is no member of the caller's tenant is the same 404 as nobody.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.http import HttpResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.api.views import IsTenantAdmin
from otpguard.conf import settings
from otpguard.core.assurance import Channel, FactorKind, Primary
from otpguard.core.binding import serves
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.factors.enrolled import value_of
from otpguard.factors.phone import masked_destination
from otpguard.flows import approve
from otpguard.flows.reset import CHECKPOINT, Reset, check_actor, unblock_factor
from otpguard.forms.reason import ReasonForm
from otpguard.forms.reset import ResetForm
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.http.problems import RETRY_SECONDS, problem
from otpguard.models import Approval, Factor, FactorBlock, Grant, Membership
from otpguard.models.factor import FACTORS
from otpguard.vault import UndecryptableError

Answer = Response | HttpResponse
APPROVALS_LIMIT = 100


class IsMembersAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may look after its members' factors."


class NobodyError(Exception):
    """No such member, factor or approval in the caller's tenant, for whatever reason."""


class MembersView(APIView):
    """What the views below share: who may, and errors as problem documents."""

    permission_classes = [IsAuthenticated, IsMembersAdmin]

    def handle_exception(self, exc: Exception) -> Any:  # noqa: ANN401 (two kinds of response)
        """Our own errors as problem documents; the framework's and refusals as ever."""
        if isinstance(exc, NobodyError):
            return problem(404, "not_found", "Not found", "There is nothing of that name here.")
        if isinstance(exc, NotAllowed):
            return problem(403, exc.code, "This may not be done", exc.message)
        if isinstance(exc, StoreUnavailable):
            response = problem(503, exc.code, "The check cannot be made right now")
            response["Retry-After"] = str(RETRY_SECONDS)
            return response
        return super().handle_exception(exc)


class FactorsView(MembersView):
    """What a member can prove themselves with here."""

    def get(self, request: Request, user_id: str) -> Answer:
        """Kind, worth, last use here, whose it is, whether it is blocked; numbers masked."""
        member = _member(request, user_id)
        require(request, CHECKPOINT, target=f"factors of {member.user}", body={"user": user_id})
        return Response({"user": str(member.user_id), "factors": _listed(member)})


class ResetView(MembersView):
    """Reset a member's factors: all, or those named."""

    def post(self, request: Request, user_id: str) -> Answer:
        """200 with what was done, 202 with the approval it waits for, 401 until stepped up."""
        facts, member = _facts(request), _member(request, user_id)
        form = ResetForm(request.data if isinstance(request.data, dict) else {})
        if not form.is_valid():
            return _invalid(form)
        given = form.cleaned_data
        whose = {"user_id": str(member.user_id), "tenant_id": facts.tenant}
        check_actor(facts, reason=given["reason"], **whose)
        about = {**whose, **given}
        require(request, CHECKPOINT, target=f"reset of {member.user}", body=about)
        done = approve.reset_or_ask(facts=facts, **about)
        if isinstance(done, Approval):
            return Response(_approval(done), status=202)
        return Response(_reset(done))


class UnblockView(MembersView):
    """Accept a member's own factor again."""

    def post(self, request: Request, user_id: str, factor_id: Any) -> Answer:  # noqa: ANN401 (a UUID)
        """200 with whether it was blocked, 401 until stepped up."""
        facts, member = _facts(request), _member(request, user_id)
        if not _factors(member).filter(pk=factor_id).exists():
            raise NobodyError
        form = ReasonForm(request.data if isinstance(request.data, dict) else {})
        if not form.is_valid():
            return _invalid(form)
        reason = form.cleaned_data["reason"]
        check_actor(facts, user_id=str(member.user_id), tenant_id=facts.tenant, reason=reason)
        about = {"factor_id": str(factor_id), "tenant_id": facts.tenant, "reason": reason}
        require(request, CHECKPOINT, target=f"unblock a factor of {member.user}", body=about)
        return Response({"unblocked": unblock_factor(facts=facts, **about)})


class ApprovalsView(MembersView):
    """What waits, or was decided, in the caller's tenant."""

    def get(self, request: Request) -> Answer:
        """The newest first."""
        require(request, CHECKPOINT, target="approvals")
        rows = approve.within_reach(_facts(request))[:APPROVALS_LIMIT]
        return Response({"approvals": [_approval(row) for row in rows]})


class DecisionView(MembersView):
    """Approve or refuse what another admin asked for."""

    approves: ClassVar[bool] = False

    def post(self, request: Request, approval_id: Any) -> Answer:  # noqa: ANN401 (a UUID)
        """200 with what was done, 401 until stepped up, 403 for whoever asked."""
        facts = _facts(request)
        row = approve.within_reach(facts).select_related("subject").filter(pk=approval_id).first()
        if row is None:
            raise NobodyError
        approve.check_decider(facts, row)
        word = "approve" if self.approves else "refuse"
        about = {"approval": str(row.pk), "decision": word}
        require(request, CHECKPOINT, target=f"{word}: reset of {row.subject}", body=about)
        if self.approves:
            return Response(_reset(approve.approve(facts=facts, approval_id=row.pk)))
        return Response(_approval(approve.refuse(facts=facts, approval_id=row.pk)))


def _facts(request: Request) -> RequestFacts:
    return facts_from(
        request._request,  # noqa: SLF001 (DRF's own request)
        user=request.user,
        bearer=request.auth is not None,
    )


def _member(request: Request, user_id: str) -> Membership:
    """A member of the caller's tenant. Raises NobodyError."""
    rows = Membership.objects.select_related("user", "tenant")
    try:
        found = rows.filter(Q(user_id=user_id), tenant_id=_facts(request).tenant).first()
    except (ValueError, ValidationError):
        found = None
    if found is None:
        raise NobodyError
    return found


def _factors(member: Membership) -> Any:  # noqa: ANN401 (a queryset with a column more)
    whose = Q(tenant=None) | Q(tenant=member.tenant_id)
    return FACTORS.filter(whose, user=member.user_id, confirmed=True).order_by("created_at")


def _listed(member: Membership) -> list[dict[str, Any]]:
    here = Q(tenant=member.tenant_id)
    blocks = {row.factor_id: row for row in FactorBlock.objects.filter(here)}
    # Not the factor's own time: that tells of a person's work for others.
    proofs = Grant.objects.filter(here, user=member.user_id).order_by().values_list("factor_id")
    used = dict(proofs.annotate(last=Max("verified_at")))
    return [_factor(row, blocks.get(row.pk), used.get(row.pk)) for row in _factors(member)]


def _factor(row: Factor, block: FactorBlock | None, used: Any) -> dict[str, Any]:  # noqa: ANN401
    worth = serves(value_of(row), profile=settings().assurance_profile, primary=Primary.PASSWORD)
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
        "last_used_at": used.isoformat() if used else None,
    }


def _number(row: Factor) -> str:
    if row.kind != FactorKind.PHONE:
        return ""
    try:
        return masked_destination(Channel.SMS, number=row.secret.reveal(), email="")
    except UndecryptableError:
        return ""


def _reset(done: Reset) -> dict[str, Any]:
    return {
        "removed": done.removed,
        "blocked": done.blocked,
        "held_until": done.held_until.isoformat() if done.held_until else None,
    }


def _approval(row: Approval) -> dict[str, Any]:
    return {
        "approval": str(row.pk),
        "action": row.action,
        "user": str(row.subject_id),
        "factors": row.what["factors"],
        "reason": row.reason,
        "state": row.state,
        "asked_by": str(row.asked_by_id),
        "decided_by": str(row.decided_by_id or ""),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }


def _invalid(form: forms.Form) -> HttpResponse:
    field, errors = next(iter(form.errors.items()))
    return problem(400, "invalid_input", "This cannot be done", str(errors[0]), field=field)
