"""Wait until a live server has answered all it was asked.

A page that is closed leaves its last requests behind. They would write into the database of the
next test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Condition
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.servers.basehttp import WSGIServer

PATIENCE_SECONDS = 30.0


class CountedApp:
    """A WSGI application that knows how many of its requests are not finished."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._count = 0
        self._changed = Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._move(1)
        try:
            return _Answer(self.application(environ, start_response), self._finish)
        except BaseException:
            self._finish()
            raise

    def wait_until_idle(self) -> None:
        """Return when no request is left. Raise TimeoutError if one goes on for too long."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count == 0, PATIENCE_SECONDS):
                raise TimeoutError(f"{self._count} requests go on after the test")

    def _finish(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        with self._changed:
            self._count += by
            self._changed.notify_all()


class _Answer:
    """The body of an answer; `close` is always called, also if the browser has gone."""

    def __init__(self, body: Any, finish: Callable[[], None]) -> None:
        self._body = body
        self._finish = finish

    def __iter__(self) -> Any:
        return iter(self._body)

    def close(self) -> None:
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._finish()


def counted(server: WSGIServer) -> CountedApp:
    """Return the application of a server, counting its requests from now on."""
    application = server.get_app()
    if not isinstance(application, CountedApp):
        application = CountedApp(application)
        server.set_app(application)
    return application
