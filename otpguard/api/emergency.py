"""The emergency envelope, for a tenant's admins: see it, make it, enter a code, end what is open.

Opening asks for no step-up, which may be what is broken: the codes of two people are the proof.
What is open is passed in a browser all the same, never by an API token.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import emergency_documents as documents
from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.operation import Operation
from otpguard.api.policy import IsTenantAdmin
from otpguard.flows.emergency.close import end_access
from otpguard.flows.emergency.envelope import CHECKPOINT, make_envelope, openable
from otpguard.flows.emergency.open import enter_code
from otpguard.forms.emergency import EmergencyCodeForm, EnvelopeForm
from otpguard.grants import emergency as access_of
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import EmergencyAccess, Envelope, EnvelopeCode

PREPARED = "prepared by an administrator over the API"
TAG = "Emergency"


class IsEmergencyAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may see or use its emergency envelope."


class EmergencyView(ProblemView):
    """The tenant's envelope and what is open."""

    permission_classes = [IsAuthenticated, IsEmergencyAdmin]
    operations = {
        "GET": Operation(
            name="read_emergency",
            summary="The emergency envelope, and what is open",
            tag=TAG,
            answers={200: documents.EmergencyDocument},
        )
    }

    def get(self, request: Request) -> Response:
        """Reads only, and no code."""
        facts = facts_of(request)
        envelope = Envelope.objects.filter(tenant_id=facts.tenant, ended_at=None).first()
        running = access_of.running(facts.tenant, now=facts.now)
        return Response(
            {
                "envelope": None if envelope is None else _envelope(envelope),
                "openable": list(openable()),
                "running": [access_document(each) for each in running],
            }
        )


class EnvelopeView(ProblemView):
    """Make an envelope in place of an older one."""

    permission_classes = [IsAuthenticated, IsEmergencyAdmin]
    operations = {
        "POST": Operation(
            name="make_envelope",
            summary="Make an emergency envelope: the answer has its codes, this once",
            tag=TAG,
            answers={201: documents.NewEnvelopeDocument},
            body=documents.EnvelopeBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """201 with the codes, 400 for what no envelope opens, 401 until stepped up."""
        form = EnvelopeForm(object_of(request))
        check_form(form)
        named = sorted(form.cleaned_data["checkpoints"])
        require(request, CHECKPOINT, target=_("make an emergency envelope"), body={"opens": named})
        facts = facts_of(request)
        _made, codes = make_envelope(
            facts=facts, tenant_id=facts.tenant, checkpoints=named, reason=PREPARED
        )
        return Response({"opens": named, "codes": list(codes)}, status=201)


class EmergencyCodeView(ProblemView):
    """Enter one printed code."""

    permission_classes = [IsAuthenticated, IsEmergencyAdmin]
    operations = {
        "POST": Operation(
            name="enter_emergency_code",
            summary="Enter a code of the envelope: the second person's code opens it",
            tag=TAG,
            answers={200: documents.EnteredDocument},
            body=documents.EmergencyCodeBody,
            problems=(400,),
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """200 with what is open, 403 for a code that does not serve, and for who has to wait."""
        form = EmergencyCodeForm(object_of(request))
        check_form(form)
        facts = facts_of(request)
        done = enter_code(facts=facts, tenant_id=facts.tenant, **form.cleaned_data)
        access = None if done.access is None else access_document(done.access)
        return Response({"access": access})


class EndEmergencyView(ProblemView):
    """End what is open."""

    permission_classes = [IsAuthenticated, IsEmergencyAdmin]
    operations = {
        "POST": Operation(
            name="end_emergency",
            summary="End emergency access before its time",
            tag=TAG,
            answers={200: documents.EndedEmergencyDocument},
            path={"access_id": "The id of emergency access."},
            problems=(404,),
        )
    }

    def post(self, request: Request, access_id: UUID) -> Response:
        """200 with whether it was running. Needs no proof: it only ever takes away."""
        facts = facts_of(request)
        row = EmergencyAccess.objects.filter(pk=access_id, tenant_id=facts.tenant).first()
        if row is None:
            raise Http404
        return Response({"ended": end_access(facts=facts, access=row)})


def access_document(row: EmergencyAccess) -> dict[str, Any]:
    """Emergency access as the API shows it. People are ids."""
    return {
        "id": str(row.pk),
        "opens": list(row.checkpoints),
        "people": list(row.people),
        "drill": row.drill,
        "reason": row.reason,
        "opened_at": row.opened_at,
        "until": row.until,
    }


def _envelope(row: Envelope) -> dict[str, Any]:
    left = EnvelopeCode.objects.filter(envelope=row, used_at=None).count()
    return {"opens": list(row.checkpoints), "codes_left": left, "created_at": row.created_at}
