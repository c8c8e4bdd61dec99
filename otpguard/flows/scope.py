"""Whose rows an actor may change: the isolation between tenants, asked by every flow of operators.

Doors decide who is an operator; this decides how far an operator reaches. Within a selected tenant
nobody reaches another tenant's rows, not even staff. Without one only the site's own people and
code that no request started reach everything.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed


def is_site(facts: RequestFacts) -> bool:
    """True for staff outside any tenant, and for code that no request started."""
    no_request = not (facts.user or facts.path or facts.host)
    return not facts.tenant and (facts.user_is_staff or no_request)


def check_tenant(facts: RequestFacts, tenant: UUID | str) -> None:
    """Let an actor of this tenant or of the site pass. Raises NotAllowed."""
    if is_site(facts) or (facts.tenant and facts.tenant == str(tenant)):
        return
    raise NotAllowed(str(_("This belongs to another organization.")))


def check_person(facts: RequestFacts, user: object) -> None:
    """Let a person at their own things, or the site at anybody's. Raises NotAllowed."""
    if is_site(facts) or (facts.user and facts.user == str(user)):
        return
    raise NotAllowed(str(_("This belongs to the person, not to an organization.")))


def check(facts: RequestFacts, *, tenant: UUID | None, user: object) -> None:
    """`check_tenant` for what belongs to a tenant, `check_person` for what is somebody's own."""
    if tenant is None:
        check_person(facts, user)
    else:
        check_tenant(facts, tenant)
