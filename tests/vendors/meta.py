"""Meta's WhatsApp Cloud API: authentication templates, and what it says of a sender."""

from __future__ import annotations

from itertools import count

from otpguard.testing.vendor_server import Received, Reply, Rule
from tests.vendors import accounts

NUMBER = accounts.META_NUMBER
ACCOUNT = accounts.META_ACCOUNT
TEMPLATE = accounts.META_TEMPLATE
TOKEN = accounts.META_TOKEN
APP_SECRET = accounts.META_APP_SECRET
VERIFY_TOKEN = accounts.META_VERIFY_TOKEN

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


def graph(
    *,
    name: str = "Acme",
    official: bool = True,
    status: str = "APPROVED",
    category: str = "AUTHENTICATION",
    language: str = "en_US",
) -> Rule:
    """GET /{version}/{number} and /{account}/message_templates, for a sender that stands so."""

    def rule(received: Received) -> Reply:
        assert received.method == "GET"
        assert received.headers["authorization"] == f"Bearer {TOKEN}"
        if received.path == f"/v23.0/{NUMBER}":
            assert received.query == {"fields": "verified_name,is_official_business_account"}
            told = {"verified_name": name, "is_official_business_account": official}
            return Reply(200, {**told, "id": NUMBER})
        assert received.path == f"/v23.0/{ACCOUNT}/message_templates"
        assert received.query["name"] == TEMPLATE
        assert set(received.query["fields"].split(",")) == {
            "name",
            "language",
            "status",
            "category",
        }
        told = {"name": TEMPLATE, "language": language, "status": status, "category": category}
        near = {**told, "name": f"{TEMPLATE}_old", "status": "APPROVED"}
        return Reply(200, {"data": [near, {**told, "id": "9"}], "paging": {"cursors": {}}})

    return rule


def told(field: str, value: dict[str, object], at: int = 1_750_000_000) -> dict[str, object]:
    """The body of a webhook about the account."""
    change = {"field": field, "value": value}
    entry = {"id": ACCOUNT, "time": at, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def template_status(event: str, at: int = 1_750_000_000, **changed: object) -> dict[str, object]:
    """What Meta tells by itself of the template."""
    about = {
        "event": event,
        "message_template_id": 12345678,
        "message_template_name": TEMPLATE,
        "message_template_language": "en-US",
        "reason": "NONE",
    }
    return told("message_template_status_update", {**about, **changed}, at)
