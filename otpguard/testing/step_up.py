"""Put the proof of a step-up in place, without its pages."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client
from django.utils import timezone

from otpguard.core.assurance import Method, MethodFacts, Primary
from otpguard.core.evidence import facts_to_json
from otpguard.core.shipped_kinds import BY_SMS
from otpguard.http.session import KEY
from otpguard.models import Grant
from otpguard.tenants.directory import SESSION_KEY


def pass_step_up(client: Client, *, method: Method = BY_SMS, intent: str = "") -> Grant:
    """Give the client's login session a fresh proof, as if a factor had just been proven.

    The client must be logged in (by `force_login` or the login page); the tenant is the one in
    its session. For a passkey the proof is device-bound and attested.
    """
    mark = client.session[KEY]
    passkey = method.has_webauthn_flags
    facts = MethodFacts(
        method=method,
        primary=Primary(mark["primary"]),
        user_verified=passkey,
        backup_eligible=not passkey,
        attested=passkey,
    )
    return Grant.objects.create(
        sid=mark["sid"],
        tenant_id=client.session.get(SESSION_KEY) or None,
        user_id=mark["user"],
        facts=facts_to_json(facts),
        story=uuid4(),
        verified_at=timezone.now(),
        intent=intent,
        uses_left=1 if intent else None,
    )
