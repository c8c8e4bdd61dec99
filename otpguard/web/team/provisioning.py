"""The organization's directory (SCIM): its tokens, what it did last, removals that wait, and the
roles that its groups give.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput
from otpguard.flows.scim.group import map_group
from otpguard.flows.scim.removal import decide_removals, held_removals
from otpguard.flows.scim.token import (
    NewToken,
    create_token,
    live_tokens,
    revoke_token,
    rotate_token,
)
from otpguard.forms.team.directory import (
    USUAL_LIFE,
    DirectoryTokenForm,
    GroupRoleForm,
    TokenSuccessorForm,
)
from otpguard.http.guard import require
from otpguard.models import ScimGroup, ScimUser, Tenant
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, only_where, show, team_page

CHECKPOINT = "security_settings"
SHOWN = 10
"""So many people whom the directory has changed last are shown, and so many of held removals."""
MOST_GROUPS = 200
"""So many groups, by name."""


def scim_is_mounted() -> bool:
    """Whether this site has a door for directories."""
    try:
        reverse("otpguard_scim:root", args=["a"])
    except NoReverseMatch:
        return False
    return True


@team_page
@only_where(scim_is_mounted)
@require_safe
def provisioning(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """What the directory of the tenant is and does. Reads only."""
    return _page(request, facts, DirectoryTokenForm())


@team_page
@only_where(scim_is_mounted)
@require_POST
@sensitive_variables()
def make_token(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Make a token, after a proof, and show its secret: this once."""
    form = DirectoryTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, form, status=400, error=_wrong())
    given = form.cleaned_data
    target = _("create the directory token %(name)s") % {"name": given["name"]}
    require(request, CHECKPOINT, target=target, body=given, form=form)
    new = create_token(
        facts=facts,
        tenant=_tenant(facts),
        name=given["name"],
        scope=given["scope"],
        lifetime=form.lifetime,
    )
    return _secret(request, new)


@team_page
@only_where(scim_is_mounted)
@require_POST
@sensitive_variables()
def renew_token(request: HttpRequest, facts: RequestFacts, token_id: UUID) -> HttpResponse:
    """Make the successor of a token, after a proof, and show its secret: this once."""
    row = live_tokens(facts).filter(pk=token_id).first()
    form = TokenSuccessorForm(request.POST)
    if row is None:
        return not_found(request)
    if not form.is_valid():
        return _page(request, facts, DirectoryTokenForm(), status=400, error=_wrong())
    target = _("new secret for the directory token %(name)s") % {"name": row.name}
    about = {"token": row.pk, **form.cleaned_data}
    require(request, CHECKPOINT, target=target, body=about, form=form)
    overlap = timedelta(days=form.cleaned_data["overlap"])
    lifetime = timedelta(days=USUAL_LIFE)
    try:
        new = rotate_token(facts=facts, token=row, overlap=overlap, lifetime=lifetime)
    except InvalidInput:  # somebody else has just ended it
        return not_found(request)
    return _secret(request, new)


@team_page
@only_where(scim_is_mounted)
@require_POST
def end_token(request: HttpRequest, facts: RequestFacts, token_id: UUID) -> HttpResponse:
    """End a token at once, after a proof."""
    row = live_tokens(facts).filter(pk=token_id).first()
    if row is None:
        return not_found(request)
    target = _("end the directory token %(name)s") % {"name": row.name}
    require(request, CHECKPOINT, target=target, body={"token": row.pk})
    try:
        revoke_token(facts=facts, token=row)
    except InvalidInput:  # the same
        return not_found(request)
    return on_to(reverse("otpguard:team-provisioning"), "token_ended")


@team_page
@only_where(scim_is_mounted)
@require_POST
def decide_removed(request: HttpRequest, facts: RequestFacts, decision: str) -> HttpResponse:
    """Let all removals that wait through, or refuse them, after a proof."""
    through = decision == "let-through"
    word = _("let the removals through") if through else _("refuse the removals")
    waiting = sorted(map(str, _waiting(facts).values_list("pk", flat=True)))
    require(request, CHECKPOINT, target=word, body={"people": waiting, "decision": decision})
    here = reverse("otpguard:team-provisioning")
    try:
        decide_removals(facts=facts, tenant=_tenant(facts), let_through=through)
    except InvalidInput:
        return on_to(here, "nothing_waits")
    return on_to(here, "removed" if through else "kept")


@team_page
@only_where(scim_is_mounted)
def group(request: HttpRequest, facts: RequestFacts, group_id: UUID) -> HttpResponse:
    """A group and the role that it gives; a POST sets the role, after a proof."""
    rows = ScimGroup.objects.filter(Q(tenant=facts.tenant))
    row = rows.annotate(people=Count("members")).filter(pk=group_id).first()
    if row is None:
        return not_found(request)
    if request.method != "POST":
        return _group(request, row, GroupRoleForm(initial={"role": row.role}))
    form = GroupRoleForm(request.POST)
    if not form.is_valid():
        return _group(request, row, form, status=400, error=_wrong())
    role = form.cleaned_data["role"]
    target = _("role of the group %(name)s: %(role)s") % {"name": row.name, "role": role or "-"}
    require(request, CHECKPOINT, target=target, body={"group": row.pk, "role": role}, form=form)
    try:
        map_group(facts=facts, group=row, role=role)
    except ScimGroup.DoesNotExist:  # the directory has just deleted it
        return not_found(request)
    return on_to(reverse("otpguard:team-provisioning"), "role_set")


def _tenant(facts: RequestFacts) -> Tenant:
    return Tenant.objects.get(pk=facts.tenant)


def _waiting(facts: RequestFacts) -> QuerySet[ScimUser]:
    return held_removals(UUID(facts.tenant))


def _secret(request: HttpRequest, new: NewToken) -> HttpResponse:
    context = {
        "name": new.row.name,
        "secret": new.secret,
        "base_url": _base_url(request, new.row.tenant),
        "back": reverse("otpguard:team-provisioning"),
        "support_url": settings().support_url,
    }
    return render(request, "otpguard/team/secret.html", context)


def _base_url(request: HttpRequest, tenant: Tenant) -> str:
    """What the directory is told; without the slash that clients add."""
    url = request.build_absolute_uri(reverse("otpguard_scim:root", args=[tenant.slug]))
    return url.rstrip("/")


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    form: DirectoryTokenForm,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    people = ScimUser.objects.filter(Q(tenant=facts.tenant), deleted_at=None)
    groups = ScimGroup.objects.filter(Q(tenant=facts.tenant)).annotate(people=Count("members"))
    return show(
        request,
        "provisioning",
        status=status,
        error=error,
        form=form,
        base_url=_base_url(request, _tenant(facts)),
        tokens=[
            (row, TokenSuccessorForm(auto_id=f"otpguard-{row.pk}-%s")) for row in live_tokens(facts)
        ],
        counts=people.aggregate(
            present=Count("pk", filter=Q(active=True) & ~Q(user=None)),
            waiting=Count("pk", filter=Q(user=None)),
            gone=Count("pk", filter=Q(active=False) & ~Q(user=None)),
        ),
        last=list(people.order_by("-changed_at", "-pk")[:SHOWN]),
        held=_waiting(facts).count(),
        held_people=list(_waiting(facts).order_by("folded")[:SHOWN]),
        groups=list(groups.order_by("folded")[:MOST_GROUPS]),
    )


def _group(
    request: HttpRequest,
    row: ScimGroup,
    form: GroupRoleForm,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    return show(
        request, "group", status=status, error=error, here="provisioning", group=row, form=form
    )


def _wrong() -> str:
    return _("Something is not right yet. Look at the marked fields; nothing has changed.")
