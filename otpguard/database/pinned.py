"""Models that are read where they are written."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from otpguard.database.own import alias

M = TypeVar("M", bound=models.Model)


class PinnedManager(models.Manager[M]):
    """Reads from our database, unless `using` or `db_manager` names another one."""

    def get_queryset(self) -> models.QuerySet[M]:
        """All rows, where they are written."""
        found = super().get_queryset()
        return found if self._db else found.using(alias())


class PinnedModel(models.Model):
    """The base of every table of ours, rows that are reached over a foreign key included."""

    objects = PinnedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
