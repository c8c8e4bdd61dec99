"""All that waits, of every kind and in every organization, on one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from otpguard.account import name_of
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.held import BILLING_LOCK, CLOSURE, EXPORT, MEMBER_HOLD
from otpguard.flows.release.lift import HeldKind, HeldThing, held_everywhere
from otpguard.http.facts import facts_from
from otpguard.labels import Text

TEMPLATE = "admin/otpguard/held.html"
PAGE = 50
MOST = 500
"""No more of each kind are read; the search of its own list finds the others."""

MODEL_OF = {
    MEMBER_HOLD: "hold",
    BILLING_LOCK: "billingchange",
    EXPORT: "release",
    CLOSURE: "tenant",
}

UrlOf = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One wait. `url` is the page of its row, with the buttons that end it."""

    tenant: str
    who: str
    what: Text
    kind: Text
    until: datetime
    lifters: Text
    url: str


def held_page(site: AdminSite, request: HttpRequest, url_of: UrlOf) -> HttpResponse:
    """What waits, of the kinds whose lists the operator may see; `?kind=` and `?q=` narrow it.

    Raises PermissionDenied for who may see none of the lists, or works inside an organization.
    """
    names = kind_names()
    seen = {each: model for each, model in MODEL_OF.items() if _may_see(request, model)}
    if not seen:
        raise PermissionDenied
    asked = request.GET.get("kind", "")
    kinds = [each for each in seen if each.name == asked] or list(seen)
    try:
        things = held_everywhere(facts=facts_from(request), kinds=kinds, most=MOST)
    except NotAllowed as no:
        raise PermissionDenied from no
    lines = [_line(each, seen[each.kind], names[each.kind], url_of) for each in things]
    word = request.GET.get("q", "").strip()
    found = [each for each in lines if word.lower() in f"{each.tenant} {each.who}".lower()]
    context = {
        **site.each_context(request),
        "title": _("All that waits"),
        "page": Paginator(found, PAGE).get_page(request.GET.get("p")),
        "kinds": [(each.name, names[each]) for each in seen],
        "kind": asked,
        "word": word,
        "lists_url": url_of("otpguard_hold_changelist"),
    }
    request.current_app = site.name
    return TemplateResponse(request, TEMPLATE, context)


def kind_names() -> dict[HeldKind, Text]:
    """Each kind of wait in words."""
    return {
        MEMBER_HOLD: _("a person's wait"),
        BILLING_LOCK: _("a lock of billing changes"),
        EXPORT: _("an export"),
        CLOSURE: _("the closing of an organization"),
    }


def _may_see(request: HttpRequest, model: str) -> bool:
    return any(request.user.has_perm(f"otpguard.{word}_{model}") for word in ("view", "change"))


def _line(thing: HeldThing, model: str, kind: Text, url_of: UrlOf) -> HeldLine:
    return HeldLine(
        tenant=str(thing.tenant or _("the site")),
        who=_("everybody") if thing.who is None else name_of(thing.who),
        what=thing.what,
        kind=kind,
        until=thing.until,
        lifters=thing.lifters or thing.kind.lifters,
        url=url_of(f"otpguard_{model}_change", thing.id),
    )
