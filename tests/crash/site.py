"""The guarded site as a process: `python -m tests.crash.site PORT FILE`.

FILE gets the session cookies of two people in JSON: one has proven what billing asks, the other has
not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        """Nothing."""


def main(port: int, found: Path) -> None:
    """Make the people and serve until the end."""
    tenant = factories.tenant()
    cookies = {}
    for name in ("proven", "unproven"):
        user = factories.user(email=f"{name}@example.com")
        factories.member(tenant, user, roles=["admin"])
        factories.phone_factor(user)
        client = factories.login(Client(), user, tenant)
        if name == "proven":
            pass_step_up(client)
        cookies[name] = client.cookies["sessionid"].value
    server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.set_app(get_wsgi_application())
    found.write_text(json.dumps(cookies), encoding="utf-8")
    server.serve_forever()


if __name__ == "__main__":
    django.setup()
    from django.conf import settings
    from django.test import Client

    from otpguard.testing import pass_step_up
    from tests import factories

    settings.ROOT_URLCONF = "tests.guarded"
    main(int(sys.argv[1]), Path(sys.argv[2]))
