"""The rules of an organization: all of them, one in full, and what a change of it would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard import conf
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import dump_wishes
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.policy import CHECKPOINT, PolicyMoved
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.flows.tenant.policy_trial import try_policy
from otpguard.forms.policy import initial_of
from otpguard.http.guard import require
from otpguard.labels import checkpoint_label
from otpguard.models import Approval, PolicyWish, Tenant
from otpguard.tenants.policies import Scope
from otpguard.tenants.policy_sources import ExplainedPolicy, explained
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page
from otpguard.web.team.plain_policy import SOURCES, TeamPolicyForm, bound_text, plain_words
from otpguard.web.team.protection import protected_lines, protection_text
from otpguard.web.team.trial_words import TrialWords, trial_words

DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """One field: what counts now, what decided that, what the site allows, and its input."""

    field: BoundField
    now: str
    source: str
    bound: str


@team_page
@require_safe
def policies(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Every action that can be protected, and how it is. Reads only."""
    tenant = Tenant.objects.get(pk=facts.tenant)
    return show(request, "policies", lines=list(protected_lines(facts, tenant)))


@team_page
@require_safe
def policy(request: HttpRequest, facts: RequestFacts, checkpoint: str) -> HttpResponse:
    """One of them in full, with the form that changes it. Reads only."""
    if checkpoint not in conf.settings().checkpoints:
        return not_found(request)
    row = current_wishes(facts, checkpoint)
    form = TeamPolicyForm(place=checkpoint, initial=initial_of(row.wishes if row else {}))
    return _page(request, facts, checkpoint, form)


@team_page
@require_POST
def try_change(request: HttpRequest, facts: RequestFacts, checkpoint: str) -> HttpResponse:
    """What the change would do: numbers for every administrator, names after a proof."""
    if checkpoint not in conf.settings().checkpoints:
        return not_found(request)
    form = TeamPolicyForm(request.POST, place=checkpoint)
    if not form.is_valid():
        return _page(request, facts, checkpoint, form, status=400, error=_wrong())
    named = request.POST.get("people") == "on"
    if named:
        require(request, CHECKPOINT, target=_("see who could not confirm any more"))
    tenant = Tenant.objects.get(pk=facts.tenant)
    try:
        trial = try_policy(facts=facts, tenant=tenant, checkpoint=checkpoint, wishes=form.wishes)
    except InvalidInput as bad:
        form.add_error(bad.field, bad.message)
        return _page(request, facts, checkpoint, form, status=400, error=_wrong())
    return _page(request, facts, checkpoint, form, trial=trial_words(trial, named=named))


@team_page
@require_POST
def save(request: HttpRequest, facts: RequestFacts, checkpoint: str) -> HttpResponse:
    """Wish for what was tried, after a proof; where that is weaker, others may have to agree."""
    if checkpoint not in conf.settings().checkpoints:
        return not_found(request)
    form = TeamPolicyForm(request.POST, place=checkpoint)
    version = version_of(request)
    if not form.is_valid() or version is None:
        return _page(request, facts, checkpoint, form, status=400, error=_wrong())
    target = _("rule for: %(name)s") % {"name": checkpoint_label(conf.checkpoint(checkpoint))}
    about = {"wishes": dump_wishes(form.wishes), "version": version}
    require(request, CHECKPOINT, target=target, body=about, form=form)
    try:
        done = change_or_ask(
            facts=facts,
            tenant=Tenant.objects.get(pk=facts.tenant),
            checkpoint=checkpoint,
            wishes=form.wishes,
            expected=version,
        )
    except InvalidInput as bad:
        form.add_error(bad.field, bad.message)
        return _page(request, facts, checkpoint, form, status=400, error=_wrong())
    except PolicyMoved as moved:
        return _page(request, facts, checkpoint, form, status=409, error=str(moved))
    except NotAllowed as no:
        return _page(request, facts, checkpoint, form, status=403, error=no.message)
    return on_to(url_of(checkpoint), "asked" if isinstance(done, Approval) else "saved")


def current_wishes(facts: RequestFacts, checkpoint: str) -> PolicyWish | None:
    """The wishes of the tenant as they are; None without any."""
    rows = PolicyWish.objects.filter(Q(tenant=facts.tenant), checkpoint=checkpoint)
    return rows.filter(current=True).first()


def version_of(request: HttpRequest, name: str = "version") -> int | None:
    """The number of a version that a form has sent; None for anything else."""
    text = request.POST.get(name, "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return int(text) if is_number else None


def url_of(checkpoint: str) -> str:
    """The page of one policy."""
    return reverse("otpguard:team-policy", args=[checkpoint])


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    checkpoint: str,
    form: TeamPolicyForm,
    *,
    status: int = 200,
    error: str = "",
    trial: TrialWords | None = None,
) -> HttpResponse:
    tenant = Tenant.objects.get(pk=facts.tenant)
    named = conf.checkpoint(checkpoint)
    found = explained(named, Scope.of_tenant(tenant), now=facts.now)
    row = current_wishes(facts, checkpoint)
    return show(
        request,
        "policy",
        status=status,
        error=error,
        here="policies",
        slug=checkpoint,
        label=checkpoint_label(named),
        how=protection_text(found.policy),
        rows=list(_rows(form, found)),
        version=row.version if row else 0,
        trial=trial,
        kept=list(_kept(form)) if trial else [],
    )


def _rows(form: TeamPolicyForm, found: ExplainedPolicy) -> Iterator[PolicyRow]:
    now, floor = (
        dump_wishes({name: getattr(each, name) for name in form.fields})
        for each in (found.policy, found.floor)
    )
    for field in form:
        yield PolicyRow(
            field=field,
            now=plain_words(field.name, now[field.name]),
            source=str(SOURCES[found.origins[field.name].source]),
            bound=bound_text(field.name, floor[field.name]),
        )


def _kept(form: TeamPolicyForm) -> Iterator[tuple[str, Any]]:
    """What was tried, to be sent once more as it is."""
    for name in form.fields:
        for value in form.data.getlist(name):  # type: ignore[attr-defined]  # of a request
            yield name, value


def _wrong() -> str:
    return _("Something is not right yet. Look at the marked fields; nothing has changed.")
