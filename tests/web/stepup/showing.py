"""What tests of the step-up pages share: a challenge, the values of the code page, a rendering."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from otpguard.forms.challenge import AnswerForm
from otpguard.models import Challenge
from tests import factories

MASKED = "+1 ••• ••23"
NUMBER = "+12015550123"
ROUTES = [
    {"channel": "sms", "provider": "one", "receipts": True},
    {"channel": "whatsapp", "provider": "one", "receipts": True},
]


def challenge(*, plan: list[dict[str, Any]] | None = None, **fields: Any) -> Challenge:
    user = factories.user("ada")
    factor = factories.phone_factor(user, NUMBER)
    row = Challenge.objects.create(
        seed=bytes(16),
        key_id="key",
        sid="sid",
        story=uuid4(),
        user=user,
        factor=factor,
        destination=NUMBER,
        checkpoint="api_key",
        level=2,
        primary="password",
        plan=ROUTES if plan is None else plan,
        expires_at=timezone.now() + timedelta(minutes=10),
        **fields,
    )
    row.refresh_from_db()
    return row


FRAME: dict[str, Any] = {
    "action": "Create or rotate an API key",
    "target": "key <b>'ci'</b>",
    "tenant": "Acme",
    "support_url": "https://help.example/",
}


def status(**changed: Any) -> dict[str, Any]:
    return {
        "state": "sent",
        "step": 0,
        "delivered": False,
        "slow": False,
        "resend_in": 30,
        "open": True,
        "channel": "text message",
        "destination": MASKED,
        "lines": [],
        "repeated": False,
        "mixed": False,
        "lengths": [6],
        "counting": "",
        "next_channel": "WhatsApp",
        "another_way": "WhatsApp",
        **changed,
    }


def code_page(**changed: Any) -> dict[str, Any]:
    live = changed.pop("status", status())
    return {
        **FRAME,
        "challenge": uuid4(),
        "form": AnswerForm(),
        "error": "",
        "again_error": "",
        "status": live,
        "open": live["open"],
        "expired": False,
        "attempts_left": 5,
        "poll_url": "/security/status/x/",
        "back_url": "/keys/",
        "expires_at": timezone.now(),
        **changed,
    }


def rendered(name: str, values: dict[str, Any]) -> str:
    return render_to_string(f"otpguard/{name}.html", values, RequestFactory().get("/"))
