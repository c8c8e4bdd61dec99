"""Check a scratch host and let its people move in; then be Django's own server, if asked to."""

from __future__ import annotations

import sys

from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from django.utils.module_loading import import_string

from tests.surroundings.site import wsgi


def main(*ports: str) -> None:
    """Prepare, and serve until stopped. Raises SystemCheckError for a host that is refused."""
    if "--again" not in ports:
        call_command("check")
        import_string("tests.surroundings.host.people")()  # not before Django is set up
        connections.close_all()
    for port in ports[:1]:
        server = ThreadedWSGIServer(("127.0.0.1", int(port)), WSGIRequestHandler)
        server.set_app(wsgi)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
