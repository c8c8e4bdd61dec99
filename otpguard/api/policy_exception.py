"""Exceptions from the floor: a tenant's admins read their own, the site's operators grant and end.

An operator is staff outside any tenant who has the model's permission in the Django admin, so that
both doors let in the same people.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.approval_document import approval_document
from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.exception_document import document_of
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.api.policy import IsTenantAdmin
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import is_site
from otpguard.flows.tenant.exception_request import grant_or_ask
from otpguard.flows.tenant.policy_exception import end_exception
from otpguard.forms.policy_exception import ExceptionForm, from_json
from otpguard.forms.reason import ReasonForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.http.problems import problem
from otpguard.models import Approval, PolicyException
from otpguard.models.policy_exception import PolicyExceptionQuerySet

Answer = Response | HttpResponse
CHECKPOINT = "security_settings"
ORDER = ListOrder(name="exceptions", columns=("created_at", "id"), newest_first=True)


class MaySeeExceptions(IsTenantAdmin):
    """In a tenant, its admins; outside, the site's operators who may view exceptions."""

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ANN401 (any view)
        """True for them."""
        facts = facts_of(request)
        if facts.tenant:
            return super().has_permission(request, view)
        return _is_operator(request, facts, "view") or _is_operator(request, facts, "change")


class MayChangeExceptions(BasePermission):
    """Operators of the site who may change exceptions, outside any tenant; reading is another
    matter."""

    message = "Only the operators of the site may grant or end an exception."

    def has_permission(self, request: Request, _view: Any) -> bool:  # noqa: ANN401 (any view)
        """True for them, and for whatever only reads."""
        reads = request.method in SAFE_METHODS
        return reads or _is_operator(request, facts_of(request), "change")


class ExceptionsView(ProblemView):
    """The exceptions that the caller may see: a tenant's own, or for the site all."""

    permission_classes = [IsAuthenticated, MaySeeExceptions, MayChangeExceptions]
    operations = {
        "GET": Operation(
            name="list_exceptions",
            summary="The exceptions that the caller may see, the newest first",
            tag="Exceptions",
            answers={200: documents.ExceptionPageDocument},
            query={"running": "`true`: only those that count now.", **PAGING},
            problems=(400,),
        ),
        "POST": Operation(
            name="grant_exception",
            summary="Grant an exception: for the operators of the site",
            tag="Exceptions",
            answers={
                201: documents.PolicyExceptionDocument,
                202: documents.ApprovalDocument,
            },
            body=documents.ExceptionBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        ),
    }

    def get(self, request: Request) -> Answer:
        """The newest first, a page at a time; with `?running=true` only those that count now."""
        now = timezone.now()
        found = _within_reach(facts_of(request)).select_related("tenant")
        if _running_only(request):
            found = found.running(now)
        page = page_of(request, found, ORDER)
        shown = [document_of(row, now) for row in page.rows]
        return Response({"exceptions": shown, "next": page.next})

    def post(self, request: Request) -> Answer:
        """Grant one: 201, 202 while another operator must approve it, 400 for a wrong value, 401
        until the operator has stepped up."""
        given, facts = object_of(request), facts_of(request)
        known = list(ExceptionForm.field_order)
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], known)}")
        form = from_json(given, facts=facts)
        check_form(form)
        terms = form.terms
        require(
            request,
            CHECKPOINT,
            target=f"exception for {terms.tenant.slug}: {terms.field} of {terms.checkpoint}",
        )
        done = grant_or_ask(facts=facts_of(request), terms=terms)
        if isinstance(done, Approval):
            return Response(approval_document(done), status=202)
        return Response(document_of(done, facts.now), status=201)


class EndExceptionView(ProblemView):
    """End one exception before its date."""

    permission_classes = [IsAuthenticated, MaySeeExceptions, MayChangeExceptions]
    operations = {
        "POST": Operation(
            name="end_exception",
            summary="End an exception before its date: for the operators of the site",
            tag="Exceptions",
            answers={200: documents.EndedExceptionDocument},
            body=documents.ReasonBody,
            path={"exception_id": "The id of an exception."},
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def post(self, request: Request, exception_id: Any) -> Answer:  # noqa: ANN401 (a UUID)
        """200 with whether it was running, 401 until the operator has stepped up, 404 for none."""
        facts = facts_of(request)
        row = _within_reach(facts).select_related("tenant").filter(pk=exception_id).first()
        if row is None:
            return problem(
                404, "not_found", "Not found", "There is no exception with this id here."
            )
        form = ReasonForm(request.data if isinstance(request.data, dict) else {})
        check_form(form)
        reason = form.cleaned_data["reason"]
        about = {"exception": str(row.pk), "reason": reason}
        require(request, CHECKPOINT, target=f"end of the exception {row}", body=about)
        facts = facts_of(request)
        ended = end_exception(facts=facts, exception=row, reason=reason)
        row.refresh_from_db()
        return Response({**document_of(row, facts.now), "ended": ended})


def _is_operator(request: Request, facts: RequestFacts, word: str) -> bool:
    allowed = request.user.has_perm(f"otpguard.{word}_policyexception")
    return request.user.is_active and is_site(facts) and allowed


def _running_only(request: Request) -> bool:
    given = request.query_params.get("running", "false")
    if given not in {"true", "false"}:
        raise InvalidInput("running", "Say true or false.")
    return given == "true"


def _within_reach(facts: RequestFacts) -> PolicyExceptionQuerySet:
    if facts.tenant:
        return PolicyException.objects.filter(Q(tenant=facts.tenant))
    return PolicyException.objects.all() if is_site(facts) else PolicyException.objects.none()
