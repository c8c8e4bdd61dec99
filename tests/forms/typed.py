"""What a person types into the forms of prices and senders, all of it right."""

from __future__ import annotations

PRICE = {
    "provider": "memory",
    "channel": "sms",
    "country": "us",
    "per_try": "0.0088",
    "per_success": "0",
    "add_on": "0.000001",
    "surcharge": "2147",
    "from_volume": "0",
    "valid_from": "2026-01-01",
    "valid_until": "",
}


WHATSAPP = {
    "provider": "memory",
    "account": "1",
    "number_id": "2",
    "template": "code",
    "language": "en_US",
}


STATE = {"display_name": "Acme", "category": "AUTHENTICATION", "approval": "approved"}


TEN_DLC = {
    "provider": "memory",
    "brand": "Acme",
    "vetting": "standard",
    "status": "submitted",
    "per_second": "10",
    "submitted_at": "2026-05-01 12:00",
}
