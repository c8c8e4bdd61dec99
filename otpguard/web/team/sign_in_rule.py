"""Whether an organization takes its own sign-in only: who would be kept out, then the switch."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otpguard import conf
from otpguard.account import find_user, name_of
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import WishError, parse_wishes
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.federation.sign_in_rule import members_locked_out
from otpguard.flows.tenant.policy import CHECKPOINT, PolicyMoved
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.http.guard import require
from otpguard.models import Approval, IdentityProvider, Tenant
from otpguard.tenants.policies import Scope
from otpguard.tenants.sign_in import LOGIN, asks_for_sign_in
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page
from otpguard.web.team.policies import current_wishes, version_of

MOST_NAMES = 100
"""So many people are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """How it is: `required` says that the policy asks for it, `in_force` that a service is on as
    well. `kept_out` people have linked no sign-in yet, `me` among them if that is so."""

    required: bool
    in_force: bool
    kept_out: int
    me: bool
    version: int


def rule_words(facts: RequestFacts) -> RuleWords:
    """The rule of the request's tenant, with its dry run."""
    tenant = Tenant.objects.get(pk=facts.tenant)
    left = members_locked_out(facts=facts, tenant=tenant)
    required = asks_for_sign_in(Scope.of_tenant(tenant), now=facts.now)
    on = IdentityProvider.objects.filter(Q(tenant=facts.tenant), enabled=True).exists()
    row = current_wishes(facts, LOGIN)
    return RuleWords(
        required=required,
        in_force=required and on,
        kept_out=len(left),
        me=facts.user in left,
        version=row.version if row else 0,
    )


@team_page
@require_POST
def who_is_kept_out(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The names of those who have linked no sign-in, after a proof. Changes nothing."""
    require(request, CHECKPOINT, target=_("see who has linked no sign-in"))
    left = members_locked_out(facts=facts, tenant=Tenant.objects.get(pk=facts.tenant))
    names = [name_of(find_user(user)) for user in left[:MOST_NAMES]]
    return show(request, "kept_out", here="sign_in", names=names, more=len(left) - len(names))


@team_page
@require_POST
def set_sign_in_rule(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Take sessions of the own sign-in only, or any, after a proof; to lift it may need others."""
    wanted, version = request.POST.get("required", ""), version_of(request)
    if wanted not in {"on", "off"} or version is None:
        return not_found(request)
    words = {
        "on": _("let people in by your own sign-in only"),
        "off": _("let people in by any sign-in"),
    }
    about = {"required": wanted, "version": version}
    require(request, CHECKPOINT, target=words[wanted], body=about)
    here = reverse("otpguard:team-sign-in")
    row = current_wishes(facts, LOGIN)
    now = row.wishes if row else {}
    try:
        wishes = parse_wishes(now, by_tenant=True, kinds=conf.factor_kinds(), place=LOGIN)
        done = change_or_ask(
            facts=facts,
            tenant=Tenant.objects.get(pk=facts.tenant),
            checkpoint=LOGIN,
            wishes={**wishes, "sso_required": wanted == "on"},
            expected=version,
        )
    except PolicyMoved:
        return on_to(here, "moved")
    except (WishError, InvalidInput, NotAllowed):
        return on_to(here, "not_changed")
    return on_to(here, "asked" if isinstance(done, Approval) else "saved")
