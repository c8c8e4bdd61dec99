"""Whose wishes, at which checkpoint, and how policy values read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import checkpoint_text
from otpguard.admin.filters import SITE
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.core.wishes import dump_policy
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies

SECONDS = frozenset({"ttl", "fallback_timeout", "code_ttl", "hold"})


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
        """What tells places apart, for the proof that a change is bound to."""
        return f"{self.tenant.pk if self.tenant else SITE}/{self.checkpoint}"

    @property
    def url(self) -> str:
        """The page that changes the wishes here."""
        scope = str(self.tenant.pk) if self.tenant else SITE
        return reverse("admin:otpguard_policywish_set", args=[scope, self.checkpoint])

    def current(self) -> PolicyWish | None:
        """The wishes as they are."""
        return PolicyWish.objects.filter(
            tenant=self.tenant, checkpoint=self.checkpoint, current=True
        ).first()


def rows_of(place: Place, form: forms.Form) -> list[dict[str, Any]]:
    """The fields of the form beside what counts; without it for "every checkpoint"."""
    counts: dict[str, Mapping[str, Any]] = {}
    if place.checkpoint != EVERY:
        checkpoint = settings().checkpoints[place.checkpoint]
        tenant = place.tenant
        scope = policies.Scope.of(
            str(tenant.pk) if tenant else "",
            version=tenant.policy_version if tenant else 0,
            annual_contract_value=tenant.annual_contract_value if tenant else 0,
        )
        rules = policies.rules_at(checkpoint, scope.tier)
        counts = {
            "now": dump_policy(policies.fresh(checkpoint, scope, now=timezone.now())),
            "default": dump_policy(rules.default),
            "floor": dump_policy(rules.floor),
        }
    return [
        {
            "field": field,
            **{kind: words(field.name, all_[field.name]) for kind, all_ in counts.items()},
        }
        for field in form
    ]


def words(name: str, value: object) -> str:
    """A policy value as people read it."""
    if isinstance(value, bool) or value in ("true", "false"):
        return str(_("yes") if value in (True, "true") else _("no"))
    if name in SECONDS and isinstance(value, int):
        return _duration(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or str(_("none"))
    return str(value)


def _duration(seconds: int) -> str:
    for size, unit in ((3600, _("h")), (60, _("min"))):
        if seconds and seconds % size == 0:
            return f"{seconds} s ({seconds // size} {unit})"
    return f"{seconds} s"
