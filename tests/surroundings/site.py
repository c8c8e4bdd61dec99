"""What the servers run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

from tests.surroundings.celery_app import app as celery_app

django.setup()
celery_app.set_default()


def mounted(inner: WSGIHandler) -> Callable[..., Iterable[bytes]]:
    """The host below /crm, as a server in front of it says so."""

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        assert path.startswith("/crm/"), path
        return inner({**environ, "SCRIPT_NAME": "/crm", "PATH_INFO": path[4:]}, start)

    return application


wsgi = mounted(WSGIHandler()) if settings.SURROUNDING.mount else WSGIHandler()
asgi = ASGIHandler()
