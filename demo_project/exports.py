"""Files that Acme CRM makes for its customers: the jobs of RELEASES."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from demo_project.models import Contact
from otpguard.releases.jobs import ReleaseOrder

COLUMNS = ("name", "company", "email", "city")


def contacts(order: ReleaseOrder) -> Iterator[dict[str, Any]]:
    """Every contact of the tenant that the file is for, and of no other."""
    rows = Contact.objects.filter(tenant=UUID(order.tenant)).order_by("name", "pk")
    yield from rows.values(*COLUMNS).iterator()
