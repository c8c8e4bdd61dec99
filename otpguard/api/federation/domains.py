"""The domains of e-mail of the caller's tenant, for its admins: claimed, looked at, given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.federation import domain_documents as documents
from otpguard.api.operation import Operation
from otpguard.api.policy import IsTenantAdmin
from otpguard.core.federation.mail_domain import record_name, record_text
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.federation.domain import add_domain, check_domain, remove_domain
from otpguard.forms.federation.domain import DomainForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import Tenant, VerifiedDomain

CHECKPOINT = "security_settings"
TAG = "E-mail domains"
PATH = {"domain_id": "The id of an e-mail domain."}


class IsDomainAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may see or change its e-mail domains."


class _DomainView(ProblemView):
    permission_classes = [IsAuthenticated, IsDomainAdmin]

    def _domain(self, request: Request, domain_id: UUID) -> VerifiedDomain:
        """A domain of the caller's tenant. Raises Http404 for any other."""
        rows = VerifiedDomain.objects.filter(Q(tenant=facts_of(request).tenant), pk=domain_id)
        found = rows.first()
        if found is None:
            raise Http404
        return found


class DomainsView(_DomainView):
    """The domains of the caller's tenant."""

    operations = {
        "GET": Operation(
            name="list_domains",
            summary="The e-mail domains of the organization, and their DNS records",
            tag=TAG,
            answers={200: documents.DomainListDocument},
        ),
        "POST": Operation(
            name="add_domain",
            summary="Claim an e-mail domain; the answer says which DNS record proves it",
            tag=TAG,
            answers={201: documents.DomainDocument},
            body=documents.DomainBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        ),
    }

    def get(self, request: Request) -> Response:
        """All of them: there are few."""
        rows = VerifiedDomain.objects.filter(Q(tenant=facts_of(request).tenant))
        return Response({"domains": [document_of(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Claim one: 201, also for one that was claimed before; 400 for what is no company's."""
        given = object_of(request)
        known = list(DomainForm.base_fields)
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], known)}")
        form = DomainForm(given)
        check_form(form)
        domain = form.cleaned_data["domain"]
        require(request, CHECKPOINT, target=f"e-mail domain {domain}")
        facts = facts_of(request)
        tenant = Tenant.objects.get(pk=facts.tenant)
        made = add_domain(facts=facts, tenant=tenant, domain=domain)
        return Response(document_of(made), status=201)


class DomainView(_DomainView):
    """One domain."""

    operations = {
        "GET": Operation(
            name="read_domain",
            summary="One e-mail domain, and its DNS record",
            tag=TAG,
            answers={200: documents.DomainDocument},
            path=PATH,
            problems=(404,),
        ),
        "DELETE": Operation(
            name="remove_domain",
            summary="Give an e-mail domain up",
            tag=TAG,
            answers={200: documents.RemovedDomainDocument},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(404,),
        ),
    }

    def get(self, request: Request, domain_id: UUID) -> Response:
        """Its state."""
        return Response(document_of(self._domain(request, domain_id)))

    def delete(self, request: Request, domain_id: UUID) -> Response:
        """Give it up, after a proof: people may then log in by other ways again."""
        row = self._domain(request, domain_id)
        require(request, CHECKPOINT, target=f"removal of e-mail domain {row.domain}")
        return Response({"removed": remove_domain(facts=facts_of(request), domain=row)})


class CheckDomainView(_DomainView):
    """A look at the record of one domain."""

    operations = {
        "POST": Operation(
            name="check_domain",
            summary="Look for the DNS record now",
            tag=TAG,
            answers={200: documents.CheckedDomainDocument},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        )
    }

    def post(self, request: Request, domain_id: UUID) -> Response:
        """Look, after a proof: how people log in hangs on it. 400 for a second look within
        seconds."""
        row = self._domain(request, domain_id)
        require(request, CHECKPOINT, target=f"e-mail domain {row.domain}")
        seen = check_domain(facts=facts_of(request), domain=row)
        row.refresh_from_db()
        return Response({**document_of(row), "seen": seen.value})


def document_of(row: VerifiedDomain) -> dict[str, Any]:
    """A domain with its record, which everybody may read."""
    return {
        "id": str(row.pk),
        "domain": row.domain,
        "record_name": record_name(row.domain),
        "record_text": record_text(row.token),
        "verified": row.verified_at is not None,
        "verified_at": row.verified_at,
        "seen_at": row.seen_at,
        "checked_at": row.checked_at,
        "created_at": row.created_at,
    }
