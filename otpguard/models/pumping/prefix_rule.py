"""Prefixes that operators block or allow, beside what the statistics find."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.prefix_rules import ListAction
from otpguard.database import PinnedModel
from otpguard.models.fields import PlainTextField

SOURCE_LENGTH = 80


class PrefixRule(PinnedModel):
    """Numbers that begin like this are blocked, or not blocked by statistics, until `until`.

    `prefix` is a plus sign with digits. `source` says who supplied the rule.
    """

    class Action(models.TextChoices):
        """What the rule says."""

        BLOCK = ListAction.BLOCK.value, _("block")
        ALLOW = ListAction.ALLOW.value, _("allow")

    prefix = models.CharField(max_length=16)
    action = models.CharField(max_length=8, choices=Action)
    until = models.DateTimeField(null=True, blank=True)
    source = PlainTextField(max_length=SOURCE_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("prefix", "action")
        verbose_name = _("prefix rule")
        verbose_name_plural = _("prefix rules")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefix", "action"], name="otpguard_prefix_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.prefix}"
