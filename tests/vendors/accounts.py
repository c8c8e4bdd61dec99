"""Our accounts at the vendors of the journeys: plain values, which settings may import."""

from __future__ import annotations

TWILIO_ACCOUNT = "AC" + "0" * 32
TWILIO_AUTH_TOKEN = "12345"
TWILIO_SERVICE = "MG" + "1" * 32

META_NUMBER = "106540352242922"
META_ACCOUNT = "102290129340398"
META_TEMPLATE = "verification_code"
META_TOKEN = "EAAJB"
META_APP_SECRET = "secret"
META_VERIFY_TOKEN = "meatyhamhock"

MESSAGE_CENTRAL_CUSTOMER = "C-123"
MESSAGE_CENTRAL_PASSWORD = "p@ss"
