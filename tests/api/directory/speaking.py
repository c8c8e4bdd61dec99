"""An admin of a tenant who speaks to the API about the directory."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tests.stepup import step_up

URL = "/security/api/directory/"
API = {"Accept": "application/json"}


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    """One request; `body` as JSON."""
    data = json.dumps(body) if body is not None else ""
    return client.generic(method, URL + path, data, "application/json", headers=API)


def proven(client: Client, method: str, path: str, body: Any = None) -> Any:
    """The answer after a proof for exactly this."""
    refused = call(client, method, path, body)
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(client, refused)
    return call(client, method, path, body)
