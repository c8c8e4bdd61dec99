"""Calls of an admin to the API, with the step-up that they ask for."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tests.stepup import step_up

API = {"Accept": "application/json"}
BASE = "/security/api"


def get(client: Client, path: str) -> Any:
    return client.get(f"{BASE}/{path}", headers=API)


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"{BASE}/{path}", json.dumps(body or {}), "application/json", headers=API)


def done(client: Client, path: str, body: Any = None) -> Any:
    """What comes after the step-up that the call asks for."""
    refused = post(client, path, body)
    assert refused.status_code == 401, (refused.status_code, refused.content)
    assert refused.json()["checkpoint"] == "security_settings.factor_reset"
    step_up(client, refused)
    return post(client, path, body)


def seen(client: Client, path: str) -> Any:
    """What a reading call answers once stepped up."""
    refused = get(client, path)
    if refused.status_code == 401:
        step_up(client, refused)
    return get(client, path)
