"""Bind a new factor on a page: the form of its kind, the guard before it, the flow behind it.

Used by the enrollment page of a step-up and by the Security page. Whoever has a factor already
proves it first; the guard then brings the form back (DESIGN §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.binding import best_of_kind, checkpoint_to_change
from otpguard.core.decision import EnrolledFactor
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.enrolled import live_factors
from otpguard.flows import enroll
from otpguard.forms.factor import NameForm
from otpguard.forms.phone import PhoneForm
from otpguard.http import pages
from otpguard.http.guard import require
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.models import Challenge
from otpguard.web import messages

OFFERED = (FactorKind.PHONE, FactorKind.PASSKEY, FactorKind.TOTP)
"""What people can enroll by themselves; the first that would do is shown first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One page that binds: for which ask, which kind, the addresses of the others, how it looks.

    `replaces` is the id of the phone that a new number takes over from.
    """

    ask: Ask
    kind: FactorKind | None
    urls: dict[FactorKind, str]
    template: str
    context: dict[str, Any]
    replaces: str = ""


def bind(request: HttpRequest, facts: RequestFacts, binding: Binding) -> HttpResponse:
    """GET shows the form of the kind; POST binds and leads to the page that confirms it.

    Raises RequestRefused for somebody who has to prove an older factor first.
    """
    form = _form(binding.kind, request.POST if request.method == "POST" else None)
    if request.method != "POST" or form is None:
        return _page(request, facts, binding, form)
    if not form.is_valid():
        return _page(request, facts, binding, form, status=400)
    guarded = not enroll.is_first(facts)
    if guarded:
        require(request, guard_of(facts, binding.kind), target=_target(binding))
    try:
        challenge = _begin(facts, binding, form, guarded=guarded)
    except StartRefused as refused:
        form.add_error(None, messages.start_refused(refused.reason, refused.retry_after))
        return _page(request, facts, binding, form, status=429 if refused.retry_after else 403)
    return redirect("otpguard:code", challenge_id=challenge.pk)


def guard_of(facts: RequestFacts, kind: FactorKind | None) -> str:
    """The checkpoint that guards adding a factor of `kind`."""
    return guard_to_change(facts, best_of_kind(kind or FactorKind.PHONE))


def guard_to_change(facts: RequestFacts, factor: EnrolledFactor) -> str:
    """The checkpoint that guards adding or removing `factor`, given what the person has here."""
    return checkpoint_to_change(
        factor,
        enrolled=live_factors(user=facts.user, tenant=facts.tenant, to_change=True),
        profile=settings().assurance_profile,
        primary=facts.primary,
        now=facts.now,
    )


def _begin(
    facts: RequestFacts,
    binding: Binding,
    form: Any,  # noqa: ANN401 (the kind's own)
    *,
    guarded: bool,
) -> Challenge:
    common: dict[str, Any] = {
        "facts": facts,
        "ask": binding.ask,
        "guarded": guarded,
        "language": get_language() or "",
    }
    if binding.kind is FactorKind.PHONE:
        number = form.cleaned_data["number"]
        return enroll.enroll_phone(number=number, replaces=binding.replaces, **common)
    begin = enroll.enroll_totp if binding.kind is FactorKind.TOTP else enroll.enroll_passkey
    return begin(name=form.cleaned_data["name"], **common)


def _form(kind: FactorKind | None, data: Any) -> forms.Form | None:  # noqa: ANN401 (a QueryDict)
    if kind is None:
        return None
    if kind is FactorKind.PHONE:
        return PhoneForm(data)
    return NameForm(data, initial={"name": str(FACTOR_KINDS[kind])})


def _target(binding: Binding) -> str:
    kind = FACTOR_KINDS[binding.kind] if binding.kind else ""
    if binding.replaces:
        return _("change the phone number")
    return _("add: %(kind)s") % {"kind": kind}


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    binding: Binding,
    form: forms.Form | None,
    *,
    status: int = 200,
) -> HttpResponse:
    first = enroll.is_first(facts)
    others: list[tuple[str, Text]] = [
        (url, FACTOR_KINDS[kind]) for kind, url in binding.urls.items() if kind is not binding.kind
    ]
    response = render(
        request,
        binding.template,
        {
            **binding.context,
            "form": form,
            "kind": binding.kind.value if binding.kind else "",
            "kind_url": binding.urls.get(binding.kind, "") if binding.kind else "",
            "others": others,
            "first": first,
            "must_log_in_again": first and not enroll.is_fresh(facts),
            "support_url": settings().support_url,
        },
        status=status,
    )
    return pages.hardened(response)
