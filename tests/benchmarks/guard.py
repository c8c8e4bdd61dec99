"""What the guard costs: `python -m tests.benchmarks.guard [rounds]`.

Each round runs the contenders in shuffled order through the same WSGI stack on a private
PostgreSQL and takes their ratios within the round, because the machine is noisy; the medians over
the rounds are printed. The peer is the same view that asks a bare flag in the session.

Measured with the option that lets the guard's statement be prepared, as the README advises;
`--unprepared` leaves it out, as behind a pooler that cannot.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path

REQUESTS = 200
ALLOWED = 1.35
"""The ratio to the session flag that a guard with server-side revocation may cost."""


def bare(_request: HttpRequest) -> HttpResponse:
    """Touches neither session nor user."""
    return HttpResponse("ok")


def flagged(request: HttpRequest) -> HttpResponse:
    """The peer: a logged-in user and a flag in the session."""
    if not request.user.is_authenticated or not request.session.get("verified"):
        return HttpResponse(status=403)
    return HttpResponse("ok")


def main(rounds: int) -> int:
    """Set up, measure, print; 1 when the guard costs more than it may."""
    from otpguard import requires_checkpoint  # noqa: PLC0415 (needs Django to be set up)
    from otpguard.testing import pass_step_up  # noqa: PLC0415 (the same)
    from tests import factories  # noqa: PLC0415 (the same)

    global urlpatterns  # noqa: PLW0603 (this module is the ROOT_URLCONF)
    urlpatterns = [
        path("bare/", bare),
        path("flag/", flagged),
        path("guarded/", requires_checkpoint("billing_change")(flagged)),
    ]
    settings.ROOT_URLCONF = __name__
    connection.settings_dict["CONN_MAX_AGE"] = None  # connecting anew would hide the difference
    call_command("migrate", verbosity=0)
    tenant = factories.tenant()
    member = factories.member(tenant)
    client = factories.login(Client(), member.user, tenant)
    session = client.session
    session["verified"] = True
    session.save()
    pass_step_up(client)
    handler, factory = WSGIHandler(), RequestFactory()
    cookie = f"sessionid={client.cookies['sessionid'].value}"

    def call(url: str) -> None:
        status: list[str] = []
        environ = factory.get(url, headers={"Cookie": cookie, "Host": "localhost"}).environ
        response = handler(environ, lambda line, _headers: status.append(line))
        response.close()
        if status != ["200 OK"]:
            raise RuntimeError(f"{url}: {status}")

    settings.ALLOWED_HOSTS = ["localhost"]
    for url in ("/bare/", "/flag/", "/guarded/"):
        call(url)
        with CaptureQueriesContext(connection) as captured:
            call(url)
        print(f"{url:10} {len(captured)} statements")
    return _report(_measure(call, rounds))


def _measure(call: Callable[[str], None], rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {"/bare/": [], "/flag/": [], "/guarded/": []}
    for _ in range(rounds):
        for url in random.sample(sorted(seconds), k=len(seconds)):
            started = time.perf_counter()
            for _request in range(REQUESTS):
                call(url)
            seconds[url].append((time.perf_counter() - started) / REQUESTS)
    return seconds


def _report(seconds: dict[str, list[float]]) -> int:
    for url, times in seconds.items():
        ratios = [t / flag for t, flag in zip(times, seconds["/flag/"], strict=True)]
        print(
            f"{url:10} min {min(times) * 1e6:7.0f}  median {statistics.median(times) * 1e6:7.0f}"
            f"  max {max(times) * 1e6:7.0f} µs   x flag {statistics.median(ratios):.2f}"
        )
    guarded, flagged_ = seconds["/guarded/"], seconds["/flag/"]
    ratio = statistics.median(g / f for g, f in zip(guarded, flagged_, strict=True))
    print(f"guard: {ratio:.2f} x the session flag, allowed {ALLOWED}")
    return 0 if ratio <= ALLOWED else 1


if __name__ == "__main__":
    from tests.postgres import private_postgres

    with private_postgres() as url:
        os.environ["OTPGUARD_TEST_DATABASE"] = url.rpartition("/")[0] + "/postgres"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        django.setup()
        arguments = sys.argv[1:]
        if "--unprepared" not in arguments:
            settings.DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2
        rounds_asked = [int(word) for word in arguments if word.isdigit()]
        sys.modules["tests.benchmarks.guard"] = sys.modules["__main__"]
        code = main(rounds_asked[0] if rounds_asked else 25)
        connection.close()
    sys.exit(code)
