"""Where the files of releases lie, and whose may not lie there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.exceptions import NotAllowed
from otpguard.models import Tenant


def wrong_region(tenant: Tenant) -> str:
    """The region of the storage of releases if the files of this tenant may not lie there; empty
    where they may, and where nobody has said in which region it is."""
    mine = settings()
    region = mine.region_of(mine.releases.storage)
    return "" if tenant.may_lie_in(region) else region


def check_region(tenant: Tenant) -> None:
    """Let a tenant pass whose files may lie in the storage of releases. Raises NotAllowed."""
    if region := wrong_region(tenant):
        said = _("Files of exports lie in %(region)s. Data of this organization must not.")
        raise NotAllowed(str(said % {"region": region}))
