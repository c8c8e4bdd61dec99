"""Where the files of releases lie, and whose may not lie there."""

from __future__ import annotations

from otpguard.conf import settings
from otpguard.models import Tenant


def wrong_region(tenant: Tenant) -> str:
    """The region of the storage of releases if the files of this tenant may not lie there; empty
    where they may, and where nobody has said in which region it is."""
    mine = settings()
    region = mine.region_of(mine.releases.storage)
    return "" if tenant.may_lie_in(region) else region
