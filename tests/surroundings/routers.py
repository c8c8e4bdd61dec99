"""Routers of hosts that have more than one database."""

from __future__ import annotations

from typing import Any

WITH_PEOPLE = frozenset({"auth", "contenttypes", "admin", "django_otp", "otpguard"})


class People:
    """Puts people, and otpguard with them, on a database of their own."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        return "people" if model._meta.app_label in WITH_PEOPLE else None

    db_for_write = db_for_read

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        return True


class Apart(People):
    """Puts people on a database of their own, and leaves otpguard behind."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        return "people" if model._meta.app_label == "auth" else None

    db_for_write = db_for_read


class Replica:
    """Reads what otpguard has written from a replica that has not got it yet, nor ever will."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        return "replica" if model._meta.app_label == "otpguard" else None

    def db_for_write(self, _model: Any, **_: Any) -> str:
        return "default"
