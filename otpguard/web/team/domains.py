"""E-mail domains of the organization: claimed, shown with their records, looked at, given up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.mail_domain import record_name, record_text
from otpguard.exceptions import InvalidInput
from otpguard.flows.federation.domain import add_domain, check_domain, remove_domain
from otpguard.forms.errors import add_input_error
from otpguard.forms.team.domain import TeamDomainForm
from otpguard.http.guard import require
from otpguard.models import Tenant, VerifiedDomain
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, only_where, show, team_page
from otpguard.web.team.sign_in import single_sign_on_is_mounted

CHECKPOINT = "security_settings"
REASON = "by an administrator of the organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLine:
    """One domain and its record. `lately` says that the record was there at the last look."""

    row: VerifiedDomain
    record_name: str
    record_text: str
    lately: bool


@team_page
@only_where(single_sign_on_is_mounted)
@require_safe
def domains(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The domains of the tenant, and the form of another one. Reads only."""
    return _page(request, facts, TeamDomainForm())


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def add(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Claim a domain, after a proof. Nothing changes before its record is there."""
    form = TeamDomainForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, form, status=400)
    domain = form.cleaned_data["domain"]
    target = _("add the e-mail domain %(domain)s") % {"domain": domain}
    require(request, CHECKPOINT, target=target, body={"domain": domain}, form=form)
    try:
        add_domain(facts=facts, tenant=Tenant.objects.get(pk=facts.tenant), domain=domain)
    except InvalidInput as bad:
        add_input_error(form, bad)
        return _page(request, facts, form, status=400)
    return on_to(_url(), "domain_added")


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def check(request: HttpRequest, facts: RequestFacts, domain_id: UUID) -> HttpResponse:
    """Look at the record now, after a proof: how people log in hangs on it."""
    row = _rows(facts).filter(pk=domain_id).first()
    if row is None:
        return not_found(request)
    target = _("look for the record of %(domain)s") % {"domain": row.domain}
    require(request, CHECKPOINT, target=target, body={"domain": row.pk})
    try:
        seen = check_domain(facts=facts, domain=row)
    except InvalidInput:
        return on_to(_url(), "domain_wait")
    return on_to(_url(), f"domain_{seen.value}")


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def remove(request: HttpRequest, facts: RequestFacts, domain_id: UUID) -> HttpResponse:
    """Give a domain up, after a proof."""
    row = _rows(facts).filter(pk=domain_id).first()
    if row is None:
        return not_found(request)
    target = _("remove the e-mail domain %(domain)s") % {"domain": row.domain}
    require(request, CHECKPOINT, target=target, body={"domain": row.pk})
    remove_domain(facts=facts, domain=row, reason=REASON)
    return on_to(_url(), "domain_removed")


def _rows(facts: RequestFacts) -> QuerySet[VerifiedDomain]:
    return VerifiedDomain.objects.filter(Q(tenant=facts.tenant)).order_by("domain")


def _url() -> str:
    return reverse("otpguard:team-domains")


def _page(
    request: HttpRequest, facts: RequestFacts, form: TeamDomainForm, *, status: int = 200
) -> HttpResponse:
    lines = [
        DomainLine(
            row=row,
            record_name=record_name(row.domain),
            record_text=record_text(row.token),
            lately=row.seen_at == row.checked_at,
        )
        for row in _rows(facts)
    ]
    error = next((str(each[0]) for each in form.errors.values()), "") if form.is_bound else ""
    return show(
        request, "domains", here="sign_in", status=status, error=error, lines=lines, form=form
    )
