"""Whether the counts of caps in Redis can be trusted now."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from otpguard.database import PinnedModel


class LimiterState(PinnedModel):
    """The one row of the Redis limiter, if that is used.

    While `is_warm`, the logs of `epoch` in the Redis whose history is `replid` have every use that
    counts. Otherwise the database counts alone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    epoch = models.CharField(max_length=32)
    replid = models.CharField(max_length=64, blank=True)
    is_warm = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return "warm" if self.is_warm else "cold"
