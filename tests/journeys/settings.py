"""The test project with two vendors over HTTP: Twilio for text messages, Meta for WhatsApp.

The worker of a journey runs under this module; the site takes `vendors` over for itself, so that
both know the same.
"""

from __future__ import annotations

import os
from typing import Any

from tests.settings import *  # noqa: F403 (settings are a list of names)
from tests.vendors import meta, twilio

ROOM = "otpguard.channels.providers"
NOWHERE = "http://127.0.0.1:9"


def vendors(*, texts: str, chats: str, site: str) -> dict[str, Any]:
    """OTPGUARD for vendors at these addresses that report to `site`."""
    return {
        "PROVIDERS": {
            "texts": {
                "BACKEND": f"{ROOM}.twilio_messaging.TwilioMessaging",
                "OPTIONS": {
                    "account_sid": twilio.ACCOUNT,
                    "auth_token": twilio.AUTH_TOKEN,
                    "messaging_service_sid": twilio.SERVICE,
                    "status_callback": f"{site}/security/webhooks/texts/",
                    "base": texts,
                },
            },
            "chats": {
                "BACKEND": f"{ROOM}.meta_whatsapp.MetaWhatsApp",
                "OPTIONS": {
                    "phone_number_id": meta.NUMBER,
                    "token": meta.TOKEN,
                    "whatsapp_business_account": meta.ACCOUNT,
                    "whatsapp_template_name": meta.TEMPLATE,
                    "app_secret": meta.APP_SECRET,
                    "verify_token": meta.VERIFY_TOKEN,
                    "base": chats,
                },
            },
        },
        "WEBHOOK_BASE_URL": site,
    }


OTPGUARD = vendors(
    texts=os.environ.get("OTPGUARD_TEST_TEXTS", NOWHERE),
    chats=os.environ.get("OTPGUARD_TEST_CHATS", NOWHERE),
    site=os.environ.get("OTPGUARD_TEST_SITE", NOWHERE),
)
