"""The verification API as a call, for a host's own code: same names, same defense, same caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.core.verification import read_wanted
from otpguard.core.wishes import WishError
from otpguard.exceptions import InvalidInput
from otpguard.flows.verification.check import Checked, check_verification, find_verification
from otpguard.flows.verification.start import StartedVerification, start_verification
from otpguard.http.facts import client_ip_of, inner_of


def challenge(
    request: Any = None,  # noqa: ANN401 (Django's request, the framework's, or None)
    *,
    to: str,
    tenant: object,
    preferred_methods: Sequence[str] | None = None,
    fallback_timeout: int | None = None,
    velocity_profile: str = "standard",
    action: str = "",
    whatsapp_business_account: str = "",
    whatsapp_template_name: str = "",
    region: str = "",
    audit_metadata: Mapping[str, Any] | None = None,
) -> StartedVerification:
    """Have a code sent to a number, in a tenant (its id); see the verification API.

    With a request the caps count by its client IP, unless `audit_metadata` says another. The wait
    `fallback_timeout` is in seconds, 2 to 120. A proven number is no proof of a session: nothing
    guarded opens by it. Commits by itself. Raises InvalidInput at the argument that is wrong,
    StartRefused when no code is sent now, StoreUnavailable.
    """
    given = {
        "to": to,
        "preferred_methods": list(preferred_methods) if preferred_methods is not None else None,
        "fallback_timeout": fallback_timeout,
        "velocity_profile": velocity_profile,
        "action": action,
        "whatsapp_business_account": whatsapp_business_account,
        "whatsapp_template_name": whatsapp_template_name,
        "region": region,
        "audit_metadata": audit_metadata or {},
    }
    try:
        wanted = read_wanted(given, default_region=settings().default_region)
    except WishError as error:
        raise InvalidInput(error.field, error.message) from None
    return start_verification(facts=_facts(request, tenant), key=None, wanted=wanted)


def check_challenge(verification_id: UUID, code: str, *, tenant: object) -> Checked:
    """Check what a person has entered for a `challenge`. `verified` is True once.

    Runs transactions of its own. Raises InvalidInput (`verification_id`) for one that this tenant
    has not, StoreUnavailable.
    """
    facts = _facts(None, tenant)
    row = find_verification(facts=facts, verification_id=verification_id)
    if row is None:
        raise InvalidInput("verification_id", "There is no such verification here.")
    return check_verification(facts=facts, verification=row, code=HiddenText(code))


def _facts(request: Any, tenant: object) -> RequestFacts:  # noqa: ANN401 (see challenge)
    facts = RequestFacts(now=timezone.now(), tenant=str(tenant), method="POST")
    if request is None:
        return facts
    return replace(facts, client_ip=client_ip_of(inner_of(request)))
