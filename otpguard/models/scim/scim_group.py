"""Groups as a customer's directory describes them, and the role that each gives."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import PlainTextField
from otpguard.models.scim.scim_user import NAME_LENGTH, ScimUser
from otpguard.models.tenant import Tenant

ROLE_LENGTH = 64
"""Characters of the role that a group gives."""


class ScimGroup(PinnedModel):
    """One group of one tenant's directory. It gives its people the `role`, or nothing while that is
    empty: a person decides, never the directory."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="scim_groups"
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    folded = models.CharField(max_length=NAME_LENGTH, editable=False)
    external_id = models.CharField(_("external id"), max_length=NAME_LENGTH, blank=True)
    role = PlainTextField(_("role"), max_length=ROLE_LENGTH, blank=True)
    version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        ordering = ("tenant", "folded")
        verbose_name = _("group of a directory")
        verbose_name_plural = _("groups of directories")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "folded"], name="otpguard_scim_group_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} @ {self.tenant}"


class ScimGroupMember(PinnedModel):
    """A person in a group."""

    group = models.ForeignKey(ScimGroup, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(ScimUser, models.CASCADE, related_name="places")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "person"], name="otpguard_scim_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"
