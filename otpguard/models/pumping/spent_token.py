"""Tokens that were used and must not be used again: forms and proofs of work."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from otpguard.database import PinnedModel


class SpentToken(PinnedModel):
    """One token of a form, or one solved puzzle, that has started a challenge.

    Only its digest is kept, and only until it would be too old anyway. It names nobody.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "spent token"
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="otpguard_spent_expires"),
        ]

    def __str__(self) -> str:
        return f"spent until {self.expires_at:%Y-%m-%d %H:%M}"
