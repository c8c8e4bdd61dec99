"""The test project with two vendors over HTTP: Twilio for text messages, Meta for WhatsApp.

The worker of a journey runs under this module; the site takes `vendors` over for itself, so that
both know the same.
"""

from __future__ import annotations

import os
from typing import Any

from tests.settings import *  # noqa: F403 (settings are a list of names)
from tests.vendors import accounts

ROOM = "otpguard.channels.providers"
NOWHERE = "http://127.0.0.1:9"


def vendors(*, texts: str, chats: str, site: str) -> dict[str, Any]:
    """OTPGUARD for vendors at these URLs that send receipts to `site`."""
    return {
        "PROVIDERS": {
            "texts": {
                "BACKEND": f"{ROOM}.twilio_messaging.TwilioMessaging",
                "OPTIONS": {
                    "account_sid": accounts.TWILIO_ACCOUNT,
                    "auth_token": accounts.TWILIO_AUTH_TOKEN,
                    "messaging_service_sid": accounts.TWILIO_SERVICE,
                    "status_callback": f"{site}/security/webhooks/texts/",
                    "base": texts,
                },
            },
            "chats": chats_at(chats),
        },
        "WEBHOOK_BASE_URL": site,
    }


def chats_at(base: str) -> dict[str, Any]:
    """An entry of PROVIDERS: a WhatsApp Business Account of one's own at Meta."""
    return {
        "BACKEND": f"{ROOM}.meta_whatsapp.MetaWhatsApp",
        "OPTIONS": {
            "phone_number_id": accounts.META_NUMBER,
            "token": accounts.META_TOKEN,
            "whatsapp_business_account": accounts.META_ACCOUNT,
            "whatsapp_template_name": accounts.META_TEMPLATE,
            "app_secret": accounts.META_APP_SECRET,
            "verify_token": accounts.META_VERIFY_TOKEN,
            "base": base,
        },
    }


OTPGUARD = vendors(
    texts=os.environ.get("OTPGUARD_TEST_TEXTS", NOWHERE),
    chats=os.environ.get("OTPGUARD_TEST_CHATS", NOWHERE),
    site=os.environ.get("OTPGUARD_TEST_SITE", NOWHERE),
)
