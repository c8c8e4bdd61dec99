"""Who stands behind references in the audit log, and the keys of what is personal there (C31)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.audit import REF_LENGTH
from otpguard.models.fields import EncryptedTextField


class SubjectKey(PinnedModel):
    """A person under the random reference that events name, with the key of their personal data.

    `secret` holds the key together with reference and user, so that no row can be made to speak of
    somebody else. Two requests at once may give a person two; both are theirs. Erasing empties
    `user_key` and `secret` and sets `erased_at`: nothing leads from the reference to a person then.
    """

    ref = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_key = models.CharField(max_length=REF_LENGTH, blank=True)
    secret = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("reference of a person")
        verbose_name_plural = _("references of people")
        indexes: ClassVar = [
            models.Index(
                fields=["user_key"],
                name="otpguard_subject_key_user",
                condition=~Q(user_key=""),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(user_key="", secret=""),
                name="otpguard_subject_key_erased",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
