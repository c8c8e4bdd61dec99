"""The owner and checkpoint of policy wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import url_in
from otpguard.admin.base import checkpoint_text
from otpguard.admin.lists.filters import SITE
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.core.laws import FREE, HIGHER
from otpguard.core.policy import RULES
from otpguard.core.wishes import dump_policy
from otpguard.forms.team.policy_text import words
from otpguard.models import PolicyException, PolicyWish, Tenant
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose wishes, at which checkpoint; `tenant` is None for the site."""

    tenant: Tenant | None
    checkpoint: str

    def __str__(self) -> str:
        whose = self.tenant.name if self.tenant else str(_("the site"))
        return f"{checkpoint_text(self.checkpoint)} · {whose}"

    @property
    def pk(self) -> str:
        """A key of this place, to which the proof for a change is bound."""
        return f"{self.tenant.pk if self.tenant else SITE}/{self.checkpoint}"

    def url(self, site: str) -> str:
        """The page that changes the wishes here, in the admin site of that name."""
        scope = str(self.tenant.pk) if self.tenant else SITE
        return url_in(site, "otpguard_policywish_set", scope, self.checkpoint)

    def current(self) -> PolicyWish | None:
        """The wishes as they are."""
        return PolicyWish.objects.filter(
            tenant=self.tenant, checkpoint=self.checkpoint, current=True
        ).first()


def rows_of(place: Place, form: forms.Form) -> list[dict[str, Any]]:
    """The form's fields with the values in force; for "every checkpoint" without those values."""
    counts: dict[str, Mapping[str, Any]] = {}
    until: dict[str, datetime] = {}
    if place.checkpoint != EVERY:
        checkpoint = settings().checkpoints[place.checkpoint]
        scope = policies.Scope.of_tenant(place.tenant)
        pair, now = policies.policy_pair_in(checkpoint, scope), timezone.now()
        counts = {
            "now": dump_policy(policies.fresh(checkpoint, scope, now=now)),
            "default": dump_policy(pair.default),
            "floor": dump_policy(policies.floor_at(checkpoint, scope, now=now)),
        }
        excepted = PolicyException.objects.running(now).filter(
            tenant=place.tenant, checkpoint=place.checkpoint
        )
        until = dict(excepted.values_list("field", "expires_at"))
    return [
        {
            "field": field,
            "until": until.get(field.name),
            "bound": bound_label(field.name),
            **{kind: words(field.name, all_[field.name]) for kind, all_ in counts.items()},
        }
        for field in form
    ]


def bound_label(name: str) -> str:
    """What the floor is to a field: it raises some values, caps others and leaves some alone."""
    law = RULES[name].law
    if law is FREE:
        return ""
    return str(_("Floor") if law is HIGHER else _("Ceiling"))
