"""Tenants and memberships: whose policy counts, and who belongs to it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.logo import LONGEST_LOGO
from otpguard.core.route import admits, demanded_regions
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import PlainTextField


class TenantManager(PinnedManager["Tenant"]):
    """Tenants; a dump may name them by their slugs."""

    def get_by_natural_key(self, slug: str) -> Tenant:
        """The tenant of that slug. Raises Tenant.DoesNotExist."""
        return self.get(slug=slug)

    def kept_away(self, region: str) -> list[uuid.UUID]:
        """The keys of tenants whose data may not lie in that region. Reads all that have tags."""
        tagged = self.exclude(tags=[]).only("tags", "region")
        return [each.pk for each in tagged if not each.may_lie_in(region)]


class Tenant(PinnedModel):
    """A customer of the host.

    `external_id` is the primary key, as text, of the host's own object for this customer; empty
    where the host has none. `legal_hold` keeps the tenant and its people from being deleted.
    `closes_at` is when it is to be closed and `closing_by` who has asked for that; written by
    `flows.closure` only.
    """

    class Status(models.TextChoices):
        """Whether the tenant's people may do anything at all."""

        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")

    class Environment(models.TextChoices):
        """What the tenant's data is."""

        PRODUCTION = "production", _("production")
        SANDBOX = "sandbox", _("sandbox")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=64, db_index=False)
    external_id = models.CharField(
        max_length=255,
        blank=True,
        help_text=_("The key of your product's own record of this organization, if it has one."),
    )
    name = PlainTextField(max_length=120)
    brand = PlainTextField(
        max_length=40,
        blank=True,
        help_text=_(
            "The name that messages to this organization's people carry; approved by the site."
        ),
    )
    logo = models.CharField(
        max_length=LONGEST_LOGO,
        blank=True,
        help_text=_(
            "The picture beside the name on this organization's pages: a static file"
            " (acme/logo.svg), a path, or an https address that the site's LOGO or CSP_SOURCES"
            " admits."
        ),
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    annual_contract_value = models.PositiveIntegerField(
        default=0, help_text=_("US dollars a year; decides the tier.")
    )
    region = models.CharField(max_length=8, default="US")
    footprint = models.JSONField(
        default=list,
        blank=True,
        help_text=_(
            "Countries of its people's phone numbers, beside those of the site, such as DE, FR."
            " Empty: the country of the region."
        ),
    )
    environment = models.CharField(
        max_length=16, choices=Environment, default=Environment.PRODUCTION
    )
    industry = PlainTextField(max_length=40, blank=True)
    tags = models.JSONField(default=list, blank=True, help_text=_("Such as health, payments, EU."))
    legal_hold = models.BooleanField(
        default=False,
        help_text=_("While this is on, neither the organization nor its people can be deleted."),
    )
    policy_version = models.PositiveBigIntegerField(default=0, editable=False)
    held = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Checkpoint to the UTC time until which it is locked for everybody here."),
    )
    emergency_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    usage_signal_at = models.DateTimeField(null=True, blank=True, editable=False)
    closes_at = models.DateTimeField(null=True, blank=True, editable=False)
    closing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )

    objects = TenantManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("name",)
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        # The planner considers every index of the guard's tables at each request, so there are
        # none but the needed ones.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slug"], name="otpguard_tenant_slug"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="otpguard_tenant_external_id",
            ),
        ]

    def may_lie_in(self, region: str) -> bool:
        """Whether the tags of this tenant let its data lie in that region; an unknown one, which is
        empty, only if they demand none."""
        return admits(demanded_regions(frozenset(map(str, self.tags)), self.region), region)

    def __str__(self) -> str:
        return str(self.name)

    def natural_key(self) -> tuple[str]:
        """What names the row in a dump that is loaded into a database with other rows."""
        return (self.slug,)


class Membership(PinnedModel):
    """A user in a tenant, with roles and the holds that run on them.

    `lost_roles` says when each role was taken away lately: such a person is still told for a while
    what the people of that role are told (A9).

    Where the host's own directory knows the members, the row is a shadow: made when something must
    be kept about a member, and never asked whether somebody belongs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Found by the unique pair below, which begins with the tenant.
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="memberships",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_memberships"
    )
    active = models.BooleanField(default=True)
    roles = models.JSONField(default=list, blank=True)
    held = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Checkpoint to the UTC time until which it is held; written by holds only."),
    )
    lost_roles = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("tenant", "user")
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="otpguard_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.tenant}"
