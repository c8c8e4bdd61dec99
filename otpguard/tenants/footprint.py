"""The footprint: to which countries a number may belong that nobody has proven yet."""

from __future__ import annotations

from django.db.models import Q

from otpguard.conf import settings
from otpguard.core.countries import EVERY, NO_COUNTRY, footprint_of, read_countries
from otpguard.core.phone import is_country
from otpguard.models import Tenant


def footprint_in(tenant: Tenant | None) -> frozenset[str]:
    """The footprint of a tenant, or that of the site without one. Reads no row."""
    site = settings().footprint
    if tenant is None:
        return site
    return footprint_of(site=site, own=_stored(tenant.footprint), region=tenant.region)


def footprint_of_member(user: str) -> frozenset[str]:
    """The footprints of all tenants in which somebody is active, together with the site's. One
    read; a database error passes through."""
    mine = Tenant.objects.filter(
        Q(memberships__user_id=user),
        memberships__active=True,
        status=Tenant.Status.ACTIVE,
    )
    return settings().footprint.union(*(footprint_in(tenant) for tenant in mine))


def _stored(codes: object) -> frozenset[str]:
    """What the column holds, without what another release may have put there."""
    if not isinstance(codes, list):
        return frozenset()
    known = [each for each in codes if isinstance(each, str)]
    fine = [each for each in known if each in (EVERY, NO_COUNTRY) or is_country(each)]
    try:
        return read_countries(fine)
    except ValueError:
        return frozenset()
