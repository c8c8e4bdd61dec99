"""People as a customer's directory describes them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant

NAME_LENGTH = 255
"""Characters of a user name, of an external id and of a group's name."""


class ScimUser(PinnedModel):
    """One person in the directory of one tenant.

    `user` is the account; empty while `asked`, an account that was here before, has not confirmed
    that it is this person. `folded` is the user name as it is compared. `attributes` is what the
    directory sent, but for the phone numbers: `phones` holds these as sent, encrypted, and `number`
    the one that codes may go to, in E.164. `active` is what the directory says; while
    `removal_held` is set, a removal waits and the membership is as before. `given_roles` are the
    roles that came from groups. A deleted row is kept for a while without its content, so that
    many deletions are noticed; the directory does not see it. `version` counts changes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="scim_users"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked to confirm"),
    )
    user_name = models.CharField(_("user name"), max_length=NAME_LENGTH)
    folded = models.CharField(max_length=NAME_LENGTH, editable=False)
    external_id = models.CharField(_("external id"), max_length=NAME_LENGTH, blank=True)
    active = models.BooleanField(_("active"), default=True)
    attributes = models.JSONField(default=dict, editable=False)
    phones = EncryptedTextField(blank=True, editable=False)
    number = EncryptedTextField(blank=True, editable=False)
    given_roles = models.JSONField(_("roles of groups"), default=list, editable=False)
    left_at = models.DateTimeField(_("left"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    removal_held = models.DateTimeField(_("removal held since"), null=True)
    version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        ordering = ("tenant", "folded")
        verbose_name = _("person in a directory")
        verbose_name_plural = _("people in directories")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "folded"],
                condition=Q(deleted_at=None),
                name="otpguard_scim_user_name",
            ),
            models.UniqueConstraint(
                fields=["tenant", "user"],
                condition=Q(deleted_at=None) & ~Q(user=None),
                name="otpguard_scim_user_account",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "external_id"],
                name="otpguard_scim_user_external",
                condition=~Q(external_id=""),
            ),
            models.Index(
                fields=["tenant", "left_at"],
                name="otpguard_scim_user_left",
                condition=~Q(left_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} @ {self.tenant}"


class ScimEmail(PinnedModel):
    """An e-mail address of a person in a directory, in lower case: what filters look for."""

    person = models.ForeignKey(ScimUser, models.CASCADE, related_name="emails")
    kind = models.CharField(max_length=32, blank=True)
    value = models.CharField(max_length=NAME_LENGTH, db_index=True)

    def __str__(self) -> str:
        return "e-mail of a person in a directory"
