"""The test project in the set-up of the seeds: VerifyNow for text messages, a WhatsApp Business
Account of one's own, e-mail.

The worker of a journey runs under this module; the site takes `vendors` over for itself.
"""

from __future__ import annotations

import os
from typing import Any

from tests.journeys.settings import *  # noqa: F403 (settings are a list of names)
from tests.journeys.settings import NOWHERE, ROOM, chats_at
from tests.vendors import accounts


def vendors(*, texts: str, chats: str, site: str) -> dict[str, Any]:
    """OTPGUARD for vendors at these URLs. Meta sends receipts to `site`."""
    return {
        "PROVIDERS": {
            "texts": {
                "BACKEND": f"{ROOM}.message_central.MessageCentral",
                "OPTIONS": {
                    "customer_id": accounts.MESSAGE_CENTRAL_CUSTOMER,
                    "password": accounts.MESSAGE_CENTRAL_PASSWORD,
                    "base": texts,
                },
            },
            "chats": chats_at(chats),
            "email": {"BACKEND": f"{ROOM}.smtp.Smtp"},
        },
        "WEBHOOK_BASE_URL": site,
    }


OTPGUARD = vendors(
    texts=os.environ.get("OTPGUARD_TEST_TEXTS", NOWHERE),
    chats=os.environ.get("OTPGUARD_TEST_CHATS", NOWHERE),
    site=os.environ.get("OTPGUARD_TEST_SITE", NOWHERE),
)
