"""Bind a new factor on a page: show the form of its kind, ask the guard, call the flow.

Used by the enrollment page of a step-up and by the Security page. Somebody who has a factor proves
it first; the guard then brings the form back (DESIGN §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otpguard.conf import factor_kinds, settings
from otpguard.core.binding import checkpoint_to_change
from otpguard.core.choose import best_of_kind
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.catalog import drivers
from otpguard.factors.enrolled import live_factors
from otpguard.flows.checkpoint.step_up_options import StepUpOptions
from otpguard.flows.factor import enroll
from otpguard.flows.pumping.visitor_form.form import CheckedForm, check_form
from otpguard.forms.of_kind import form_of
from otpguard.http import pages
from otpguard.http.guard import require
from otpguard.labels import Text, factor_kind_label
from otpguard.web import messages
from otpguard.web.another_way import OtherWay, ways_after
from otpguard.web.number.form_guard import FormGuard, form_guard, sent_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One page that binds a factor: its ask, its kind, the URLs of other kinds, its template.

    `replaces` is the id of the phone that a new number takes over from; `options` are those of the
    ask, if it was evaluated already.
    """

    ask: Ask
    kind: FactorKind | None
    urls: dict[FactorKind, str]
    template: str
    context: dict[str, Any]
    replaces: str = ""
    options: StepUpOptions | None = None


def offered() -> tuple[FactorKind, ...]:
    """The kinds that people can enroll alone; the first one that is enough comes first."""
    kinds = [kind for kind in factor_kinds().values() if kind.enroll_order is not None]
    return tuple(sorted(kinds, key=lambda kind: (kind.enroll_order, kind.slug)))


def bind_factor(request: HttpRequest, facts: RequestFacts, binding: Binding) -> HttpResponse:
    """GET shows the form of the kind; POST binds and leads to the page that confirms it.

    Raises RequestRefused for somebody who has to prove an older factor first.
    """
    kind = binding.kind
    if kind is None:
        return _page(request, facts, binding, None)
    form = _form(kind, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, facts, binding, form)
    if not form.is_valid():
        return _page(request, facts, binding, form, status=400)
    guarded = not enroll.is_first(facts)
    if guarded:
        require(request, guard_of(facts, kind), target=_target(kind, binding))
    place = FormPlace(source=binding.ask.checkpoint, tenant=facts.tenant, browser=facts.sid)
    checked = _checked_puzzle(request, facts, place)
    try:
        challenge = enroll.enroll_factor(
            facts=facts,
            ask=binding.ask,
            kind=kind.slug,
            given=form.cleaned_data,
            guarded=guarded,
            replaces=binding.replaces,
            language=get_language() or "",
            options=binding.options,
            form=checked,
        )
    except StartRefused as refused:
        if refused.work_level:
            # Who only has to wait for their own browser reads how far it is, and no refusal.
            guard = form_guard(place, now=facts.now, after=checked, work_level=refused.work_level)
            return _page(request, facts, binding, form, guard=guard, status=403)
        form.add_error(None, messages.start_refused(refused.reason))
        wait = messages.Waiting.of(refused.retry_after, now=facts.now)
        status = 429 if wait else 403
        others = [OtherWay(url=url, label=label) for url, label in _others(binding)]
        ways = ways_after(refused.reason, others=others)
        return _page(request, facts, binding, form, wait=wait, ways=ways, status=status)
    return redirect("otpguard:code", challenge_id=challenge.pk)


def _checked_puzzle(
    request: HttpRequest, facts: RequestFacts, place: FormPlace
) -> CheckedForm | None:
    """What a form with a puzzle has shown; None for one that had none, or that does not count. The
    first form of the page has no token: a login and Django's own token stand for one."""
    sent = sent_form(request)
    if not sent.token:
        return None
    checked = check_form(sent, place, client_ip=facts.client_ip, now=facts.now)
    return checked if checked.facts.token_valid else None


def guard_of(facts: RequestFacts, kind: FactorKind) -> str:
    """The checkpoint that guards adding a factor of `kind`."""
    return guard_to_change(facts, best_of_kind(kind))


def guard_to_change(facts: RequestFacts, factor: EnrolledFactor) -> str:
    """The checkpoint that guards adding or removing `factor`, given what the person has here."""
    return checkpoint_to_change(
        factor,
        enrolled=live_factors(user=facts.user, tenant=facts.tenant, to_change=True),
        profile=settings().assurance_profile,
        primary=facts.primary,
        now=facts.now,
    )


def _form(kind: FactorKind, data: Any) -> forms.Form:  # noqa: ANN401 (a QueryDict)
    form_class = form_of(drivers()[kind.slug].enrollment_form)
    return form_class(data, initial={"name": str(factor_kind_label(kind.slug))})


def _target(kind: FactorKind, binding: Binding) -> str:
    if binding.replaces:
        return _("change the phone number")
    return _("add: %(kind)s") % {"kind": factor_kind_label(kind.slug)}


def _others(binding: Binding) -> list[tuple[str, Text]]:
    """The URLs and names of the other kinds that the page offers."""
    return [
        (url, factor_kind_label(kind.slug))
        for kind, url in binding.urls.items()
        if kind != binding.kind
    ]


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    binding: Binding,
    form: forms.Form | None,
    *,
    wait: messages.Waiting | None = None,
    ways: tuple[OtherWay, ...] = (),
    guard: FormGuard | None = None,
    status: int = 200,
) -> HttpResponse:
    first = enroll.is_first(facts)
    response = render(
        request,
        binding.template,
        {
            **binding.context,
            "form": form,
            "wait": wait,
            "guard": guard,
            "kind": binding.kind.slug if binding.kind else "",
            "fields": drivers()[binding.kind.slug].enrollment_template if binding.kind else "",
            "kind_url": binding.urls.get(binding.kind, "") if binding.kind else "",
            "others": _others(binding),
            "ways": ways,
            "first": first,
            "must_log_in_again": first and not enroll.is_fresh(facts),
            "support_url": settings().support_url,
        },
        status=status,
    )
    return pages.hardened(request, response, widget=() if guard is None else guard.sources)
