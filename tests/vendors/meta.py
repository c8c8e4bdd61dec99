"""Meta's WhatsApp Cloud API: authentication templates."""

from __future__ import annotations

from itertools import count

from tests.vendors.server import Received, Reply

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
TEMPLATE = "verification_code"
TOKEN = "EAAJB"
APP_SECRET = "secret"
VERIFY_TOKEN = "meatyhamhock"

_number = count(1)


def cloud(received: Received) -> Reply:
    """POST /{version}/{phone number id}/messages."""
    assert received.method == "POST"
    assert received.path == f"/v23.0/{NUMBER}/messages"
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert received.headers["content-type"] == "application/json"
    body = received.json
    to = body.pop("to")
    assert to.isdigit()
    template = body.pop("template")
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": "template",
    }
    assert template["name"] == TEMPLATE
    assert template["language"]["code"]
    text, button = template["components"]
    [code] = text["parameters"]
    assert code["type"] == "text"
    assert 0 < len(code["text"]) <= 15
    assert text["type"] == "body"
    assert button == {"type": "button", "sub_type": "url", "index": "0", "parameters": [code]}
    return Reply(
        200,
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": "1" + to}],
            "messages": [{"id": f"wamid.{next(_number)}", "message_status": "accepted"}],
        },
    )
