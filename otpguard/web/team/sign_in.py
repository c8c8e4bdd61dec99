"""The organization's own sign-in: set its service up, test it, see what it sends, switch it off."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput
from otpguard.flows.federation.provider import (
    add_provider,
    capture_next,
    change_provider,
    remove_provider,
    switch_provider,
)
from otpguard.forms.enterprise.identity_provider import initial_of
from otpguard.forms.errors import add_input_error
from otpguard.forms.team.sign_in import SignInForm
from otpguard.http.guard import require
from otpguard.models import FederatedIdentity, IdentityProvider, Tenant
from otpguard.web.federation.own_urls import CALLBACK, callback_url, saml_places
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.captured_sign_in import captured_sign_in
from otpguard.web.team.door import on_to, only_where, show, team_page
from otpguard.web.team.sign_in_rule import rule_words

CHECKPOINT = "security_settings"
REASON = "by an administrator of the organization"
REACH = "otpguard.web.federation.reach.is_usable"


def single_sign_on_is_mounted() -> bool:
    """Whether people can come back to this site from a sign-in service."""
    try:
        reverse(CALLBACK)
    except NoReverseMatch:
        return False
    return True


@team_page
@only_where(single_sign_on_is_mounted)
@require_safe
def sign_in(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The services of the tenant, and whether a sign-in there is a must. Reads only."""
    rows = _rows(facts).annotate(linked=Count("identities"))
    return show(
        request, "sign_in", providers=list(rows), rule=rule_words(facts), places=_places(request)
    )


@team_page
@only_where(single_sign_on_is_mounted)
@sensitive_post_parameters("secret")
@sensitive_variables()
def add_sign_in(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The form of a new service; a POST adds it, after a proof."""
    if request.method != "POST":
        return _form(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=400)
    target = _("add the sign-in at %(issuer)s") % {"issuer": form.values["issuer"]}
    require(request, CHECKPOINT, target=target, body=form.values, form=form)
    tenant = Tenant.objects.get(pk=facts.tenant)
    secret = form.cleaned_data["secret"]
    try:
        row = add_provider(facts=facts, tenant=tenant, values=form.values, secret=secret)
    except InvalidInput as bad:
        add_input_error(form, bad)
        return _form(request, form, status=400)
    return on_to(_url(row), "sign_in_added")


@team_page
@only_where(single_sign_on_is_mounted)
@require_safe
def provider(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """One service: what to copy to it, what it sent, and what can be done. Reads only."""
    row = _rows(facts).filter(pk=provider_id).first()
    return _page(request, facts, row) if row else not_found(request)


@team_page
@only_where(single_sign_on_is_mounted)
@sensitive_post_parameters("secret")
@sensitive_variables()
def change_sign_in(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """The form of a service; a POST changes it, after a proof."""
    row = _rows(facts).filter(pk=provider_id).first()
    if row is None:
        return not_found(request)
    if request.method != "POST":
        return _form(request, SignInForm(initial=initial_of(row)), row)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, form, row, status=400)
    target = _("change the sign-in at %(issuer)s") % {"issuer": form.values["issuer"]}
    about = {"provider": row.pk, "values": form.values}
    require(request, CHECKPOINT, target=target, body=about, form=form)
    secret = form.cleaned_data["secret"]
    try:
        change_provider(facts=facts, provider=row, values=form.values, secret=secret)
    except InvalidInput as bad:
        add_input_error(form, bad)
        return _form(request, form, row, status=400)
    return on_to(_url(row), "sign_in_changed")


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def reach_sign_in(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """Look whether the service can be reached and used. Needs no proof: it changes nothing."""
    row = _rows(facts).filter(pk=provider_id).first()
    if row is None:
        return not_found(request)
    # With the library that reads tokens, which a site without single sign-on has not installed.
    is_usable = import_string(REACH)
    if is_usable(request, row):
        return on_to(_url(row), "reached")
    text = _(
        "The service cannot be reached, or what it publishes cannot be used. Compare the issuer and"
        " the metadata letter by letter. Its address must be public and begin with https://."
    )
    return _page(request, facts, row, error=text)


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def capture(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """Have the next sign-in written down, after a proof."""
    row = _rows(facts).filter(pk=provider_id).first()
    if row is None:
        return not_found(request)
    target = _("see what %(name)s sends next") % {"name": row.name}
    require(request, CHECKPOINT, target=target, body={"provider": row.pk})
    capture_next(facts=facts, provider=row)
    return on_to(_url(row), "captures")


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def switch_sign_in(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """Switch a service off, or on again, after a proof."""
    row = _rows(facts).filter(pk=provider_id).first()
    wanted = request.POST.get("to", "")
    if row is None or wanted not in {"on", "off"}:
        return not_found(request)
    words = {"on": _("switch the sign-in on: %s"), "off": _("switch the sign-in off: %s")}
    about = {"provider": row.pk, "to": wanted}
    require(request, CHECKPOINT, target=words[wanted] % row.name, body=about)
    if row.enabled != (wanted == "on"):
        switch_provider(facts=facts, provider=row, reason=REASON)
    return on_to(_url(row), f"sign_in_{wanted}")


@team_page
@only_where(single_sign_on_is_mounted)
@require_POST
def remove_sign_in(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """Remove a service with all links to it, after a proof."""
    row = _rows(facts).filter(pk=provider_id).first()
    if row is None:
        return not_found(request)
    target = _("remove the sign-in %(name)s") % {"name": row.name}
    require(request, CHECKPOINT, target=target, body={"provider": row.pk})
    remove_provider(facts=facts, provider=row, reason=REASON)
    return on_to(reverse("otpguard:team-sign-in"), "sign_in_removed")


def _rows(facts: RequestFacts) -> QuerySet[IdentityProvider]:
    return IdentityProvider.objects.filter(Q(tenant=facts.tenant)).order_by("name", "pk")


def _url(row: IdentityProvider) -> str:
    return reverse("otpguard:team-provider", args=[row.pk])


def _places(request: HttpRequest) -> dict[str, str]:
    """What the service is told of this site; the SAML addresses only where it speaks SAML."""
    try:
        saml = saml_places(request)
    except NoReverseMatch:
        return {"callback": callback_url(request)}
    return {"callback": callback_url(request), "acs": saml.acs, "entity": saml.entity}


def _form(
    request: HttpRequest,
    form: SignInForm,
    row: IdentityProvider | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    error = next((str(each[0]) for each in form.errors.values()), "") if status != 200 else ""  # noqa: PLR2004 (HTTP)
    linked = FederatedIdentity.objects.filter(provider=row).count() if row else 0
    return show(
        request,
        "provider_form",
        here="sign_in",
        status=status,
        error=error,
        form=form,
        row=row,
        linked=linked,
        places=_places(request),
    )


def _page(
    request: HttpRequest, facts: RequestFacts, row: IdentityProvider, *, error: str = ""
) -> HttpResponse:
    links = FederatedIdentity.objects.filter(provider=row)
    return show(
        request,
        "provider",
        here="sign_in",
        error=error,
        row=row,
        captured=captured_sign_in(row),
        linked=links.count(),
        mine=links.filter(Q(user_id=facts.user)).exists(),
        places=_places(request),
    )
