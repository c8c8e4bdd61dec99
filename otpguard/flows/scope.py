"""Whose rows an actor may change: the isolation between tenants. Every operator flow asks this.

Doors decide who is an operator; this decides how far an operator reaches. While a tenant is
selected, only that tenant's rows can be changed, even by staff. Without one, only staff and code
that no request started can change everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.policy import RULES
from otpguard.exceptions import NotAllowed
from otpguard.models import Tenant
from otpguard.tenants.single import is_the_one


def is_site(facts: RequestFacts) -> bool:
    """True for staff outside any tenant, or in the one there is (TENANCY), and for code that no
    request started."""
    outside = not facts.tenant or is_the_one(facts.tenant)
    return (outside and facts.user_is_staff) or is_unasked(facts)


def is_unasked(facts: RequestFacts) -> bool:
    """True for code that no request started: a command, a script, a task."""
    return not (facts.user or facts.path or facts.host or facts.tenant)


def check_site(facts: RequestFacts) -> None:
    """Let the operators of the site pass, outside any tenant. Raises NotAllowed."""
    if not is_site(facts):
        raise NotAllowed(
            str(_("Only the operators of the site may do this, while no organization is selected."))
        )


def tenant_of(facts: RequestFacts) -> Tenant | None:
    """The tenant that a request is in, None outside any. One read; raises Tenant.DoesNotExist."""
    return Tenant.objects.get(pk=facts.tenant) if facts.tenant else None


def check_tenant(facts: RequestFacts, tenant: UUID | str) -> None:
    """Let an actor of this tenant or of the site pass. Raises NotAllowed."""
    if is_site(facts) or (facts.tenant and facts.tenant == str(tenant)):
        return
    raise NotAllowed(str(_("This belongs to another organization.")))


def check_person(facts: RequestFacts, user: object) -> None:
    """Let a person change what is their own, and the site anything. Raises NotAllowed."""
    if is_site(facts) or (facts.user and facts.user == str(user)):
        return
    raise NotAllowed(str(_("This belongs to the person, not to an organization.")))


def check_policy(facts: RequestFacts, tenant: UUID | None, fields: Iterable[str]) -> None:
    """Let an actor of this tenant set these fields of its policy, and the site all of every policy.

    `tenant` is None for the policy of the site. Raises NotAllowed, also to a tenant that wishes for
    a field that only the site may set.
    """
    if is_site(facts):
        return
    if tenant is None:
        raise NotAllowed(
            str(_("The site's wishes can be changed only while no organization is selected."))
        )
    check_tenant(facts, tenant)
    if names := [name for name in fields if RULES[name].site_only]:
        text = str(_("Only the operators of the site may set this: %(names)s."))
        raise NotAllowed(text % {"names": ", ".join(names)})


def check_owner(facts: RequestFacts, *, tenant: UUID | None, user: object) -> None:
    """`check_tenant` for what belongs to a tenant, `check_person` for what belongs to a person."""
    if tenant is None:
        check_person(facts, user)
    else:
        check_tenant(facts, tenant)
