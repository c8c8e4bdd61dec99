"""What somebody who reviews this organization's security asks for: keys and heads of the log, the
program that checks an export, and facts about how data is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from otpguard.audit.logs import newest_seal, note_of
from otpguard.audit.seal_check import keys_of
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.retention import years_of
from otpguard.http.audit.event_proof import program_file
from otpguard.http.guard import require
from otpguard.models import ALL_HEADS, LogCheck, Publication, Tenant
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import show, team_page

CHECKPOINT = "audit_log_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityFact:
    """One line: what is asked, and the answer, with a moment where there is one."""

    question: str
    answer: str
    at: datetime | None = None


@team_page
@require_safe
def trust(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """All of it on one page. Reads only."""
    require(request, CHECKPOINT, target=_("the log"), reads_safely=True)
    log = UUID(facts.tenant)
    seal = newest_seal(log)
    return show(
        request,
        "trust",
        seal=seal,
        head=note_of(seal).full() if seal else "",
        keys=[key.text() for key in keys_of(log)],
        facts=list(security_facts(Tenant.objects.get(pk=facts.tenant))),
    )


@team_page
@require_safe
def trust_file(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The newest signed head with the keys that sign, as text. 404 before there is one."""
    require(request, CHECKPOINT, target=_("the log"), reads_safely=True)
    log = UUID(facts.tenant)
    seal = newest_seal(log)
    if seal is None:
        return not_found(request)
    keys = [key.text() for key in (*keys_of(log), *keys_of(ALL_HEADS))]
    text = "\n".join([*keys, "", note_of(seal).full()])
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-head-{seal.size}.txt"'
    return response


@team_page
@require_safe
def verifier(request: HttpRequest, facts: RequestFacts) -> HttpResponse:  # noqa: ARG001 (the door's signature)
    """The program for auditors, which holds nothing of the organization."""
    return program_file()


def security_facts(tenant: Tenant) -> Iterator[SecurityFact]:
    """What reviewers ask, as this site is set up now. Three statements."""
    yield SecurityFact(
        question=_("How are codes and phone numbers kept?"),
        answer=_("Codes are not stored. Phone numbers and secrets are stored encrypted."),
    )
    years = years_of(tags=map(str, tenant.tags), industry=tenant.industry)
    yield SecurityFact(
        question=_("How long does the log stay?"),
        answer=ngettext("%(years)d year.", "%(years)d years.", years) % {"years": years},
    )
    yield SecurityFact(
        question=_("Can somebody change the log unnoticed?"),
        answer=_(
            "Each event is in a signed log that can only grow. With the keys and the program below"
            " you can check that without us."
        ),
    )
    yield _last_check()
    yield _published()
    if region := settings().storage_region:
        yield SecurityFact(question=_("Where does data lie?"), answer=region)
    yield SecurityFact(
        question=_("Can a person be erased?"),
        answer=_("Yes: what is personal in the log becomes unreadable, and its signatures stay."),
    )
    yield SecurityFact(
        question=_("Which software confirms people?"),
        answer=f"otpguard {version('otpguard')}",
    )


def _last_check() -> SecurityFact:
    question = _("When was the log last checked as a whole?")
    row = LogCheck.objects.filter(log=ALL_HEADS).exclude(finished_at=None).first()
    if row is None:
        return SecurityFact(question=question, answer=_("Not yet."))
    said = _("Damages were found.") if row.damages else _("Nothing was changed or missing.")
    return SecurityFact(question=question, answer=said, at=row.finished_at)


def _published() -> SecurityFact:
    question = _("Are signed heads kept outside the database?")
    rows = Publication.objects.exclude(published_at=None).order_by("-published_at")
    newest = rows.first()
    if newest is None or not settings().audit_publish.is_on:
        return SecurityFact(question=question, answer=_("No."))
    text = ngettext("Yes, at %(count)d place.", "Yes, at %(count)d places.", count := rows.count())
    return SecurityFact(question=question, answer=text % {"count": count}, at=newest.published_at)
