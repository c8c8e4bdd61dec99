"""Have a number proven, for services that call by a key. No person is logged in here, and what is
proven opens no session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.key_authentication import KeyAuthentication
from otpguard.api.operation import Operation
from otpguard.api.verification import documents
from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.core.verification import SCOPE, body_of, read_wanted
from otpguard.core.wishes import WishError
from otpguard.exceptions import InvalidInput, StartRefused
from otpguard.flows.verification.check import (
    cancel_verification,
    check_verification,
    find_verification,
)
from otpguard.flows.verification.start import RequestRepeated, needs_more, start_verification
from otpguard.forms.challenge import AnswerForm
from otpguard.http.facts import facts_from, inner_of
from otpguard.http.problems import problem
from otpguard.models import KeyRecord, Verification

TAG = "Verifications"
ID_PATH = {"verification_id": "The id of a verification."}
LONGEST_REQUEST_KEY = 255
RETRY_SECONDS = 2
NOT_NOW = "No code is sent to this number now."
"""For every reason: what its holder has stopped is not the service's to know (A17)."""


class HasVerificationKey(BasePermission):
    """A key of an active tenant whose scope has the word."""

    message = _("This key may not do this.")

    def has_permission(self, request: Request, _view: Any) -> bool:  # noqa: ANN401 (any view)
        """Whether the caller showed such a key."""
        return isinstance(request.auth, KeyRecord) and SCOPE in request.auth.scope.split()


class KeyView(ProblemView):
    """What the views below share: a service calls, in the tenant of its key."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [HasVerificationKey]
    parser_classes = [JSONParser]

    def handle_exception(self, exc: Exception) -> Any:  # noqa: ANN401 (two kinds of response)
        """Refusals of a start, and requests that came twice."""
        if isinstance(exc, StartRefused):
            answer = problem(429, exc.code, "No code was sent", NOT_NOW)
            if exc.retry_after:
                answer["Retry-After"] = str(exc.retry_after)
            return answer
        if isinstance(exc, RequestRepeated):
            if not exc.in_work:
                return problem(422, "request_differs", "This key came with another body")
            answer = problem(409, "request_in_work", "The same request is being worked on")
            answer["Retry-After"] = str(RETRY_SECONDS)
            return answer
        return super().handle_exception(exc)


class VerificationsView(KeyView):
    """Start verifications."""

    operations = {
        "POST": Operation(
            name="start_verification",
            summary="Have a code sent to a number",
            tag=TAG,
            answers={
                201: documents.VerificationDocument,
                200: documents.VerificationDocument,
            },
            body=documents.VerificationBody,
            problems=(400, 409, 422, 429),
            by_key=True,
        )
    }

    def post(self, request: Request) -> Response:
        """201 with the verification; 200 with the same one if `Idempotency-Key` was sent before
        with the same body."""
        given = object_of(request)
        request_key = request.headers.get("Idempotency-Key", "")
        if len(request_key) > LONGEST_REQUEST_KEY or not request_key.isprintable():
            raise InvalidInput("Idempotency-Key", f"At most {LONGEST_REQUEST_KEY} characters.")
        try:
            wanted = read_wanted(given, default_region=settings().default_region)
        except WishError as error:
            raise InvalidInput(error.field, error.message) from None
        started = start_verification(
            facts=_facts(request),
            key=_key(request),
            wanted=wanted,
            request_key=request_key,
            body=body_of(given),
        )
        status = 200 if started.repeated else 201
        return Response(_document(request, started.verification), status=status)


class VerificationView(KeyView):
    """One verification."""

    operations = {
        "GET": Operation(
            name="read_verification",
            summary="How a verification stands",
            tag=TAG,
            answers={200: documents.VerificationDocument},
            path=ID_PATH,
            problems=(404,),
            by_key=True,
        )
    }

    def get(self, request: Request, verification_id: UUID) -> Response:
        """Its state and the channel of its last code."""
        return Response(_document(request, _found(request, verification_id)))


class CheckView(KeyView):
    """Check a code."""

    operations = {
        "POST": Operation(
            name="check_verification",
            summary="Check what a person has entered",
            tag=TAG,
            answers={200: documents.CheckedDocument},
            body=documents.CheckBody,
            path=ID_PATH,
            problems=(400, 404),
            by_key=True,
        )
    }

    def post(self, request: Request, verification_id: UUID) -> Response:
        """200 with `verified`, true once for the right code; false with a `reason`."""
        row = _found(request, verification_id)
        form = AnswerForm(object_of(request))
        check_form(form)
        checked = check_verification(
            facts=_facts(request),
            verification=row,
            code=HiddenText(form.cleaned_data["code"]),
        )
        answer = _document(request, _found(request, verification_id))
        reason = str(checked.reason) if checked.reason else None
        return Response({**answer, "verified": checked.verified, "reason": reason})


class CancelView(KeyView):
    """Give a verification up."""

    operations = {
        "POST": Operation(
            name="cancel_verification",
            summary="Give a verification up",
            tag=TAG,
            answers={200: documents.VerificationDocument},
            path=ID_PATH,
            problems=(404,),
            by_key=True,
        )
    }

    def post(self, request: Request, verification_id: UUID) -> Response:
        """200 with the verification; one that had ended stays as it was."""
        row = _found(request, verification_id)
        cancel_verification(facts=_facts(request), verification=row)
        return Response(_document(request, _found(request, verification_id)))


def _key(request: Request) -> KeyRecord:
    """The key that HasVerificationKey has let pass."""
    key: Any = request.auth
    assert isinstance(key, KeyRecord)  # noqa: S101 (the permission has looked)
    return key


def _facts(request: Request) -> RequestFacts:
    """Those of a service: nobody is logged in, and the tenant is that of its key."""
    key = _key(request)
    facts = facts_from(inner_of(request), user=request.user, bearer=True, tenant=str(key.tenant_id))
    return replace(
        facts, user="", user_is_staff=False, email="", sid="", primary=Primary.NONE, device=""
    )


def _found(request: Request, verification_id: UUID) -> Verification:
    """A verification of the key's tenant. Raises Http404."""
    row = find_verification(facts=_facts(request), verification_id=verification_id)
    if row is None:
        raise Http404
    return row


def _document(request: Request, row: Verification) -> dict[str, Any]:
    challenge = row.challenge
    assert challenge is not None  # noqa: S101 (what is told of has been started)
    facts = _facts(request)
    state = challenge.state
    if state == ChallengeState.OPEN and challenge.expires_at <= facts.now:
        state = ChallengeState.EXPIRED.value
    steps = challenge.plan[challenge.step : challenge.step + 1]
    return {
        "id": str(row.pk),
        "state": state,
        "channel": steps[0]["channel"] if steps else "",
        "action": row.action,
        "audit_event": str(row.event) if row.event else None,
        "requires_step_up": needs_more(row.action, row.tenant, facts),
        "attempts_left": max(0, challenge.max_attempts - challenge.attempts),
        "created_at": row.created_at,
        "expires_at": challenge.expires_at,
    }
