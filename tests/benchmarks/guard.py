"""What the guard costs: `python -m tests.benchmarks.guard [--rounds 400] [--rows 1e5]`.

Each round runs the contenders in shuffled order through the same WSGI stack on a private PostgreSQL
with durable commits and takes their ratios within the round, because the machine is noisy; the
medians over the rounds are told. All are GET requests of one person who is logged in:

- bare: touches neither session nor user.
- flag: a view that asks the session for a flag. Two statements, session and user.
- row: the peer, the flag's view with one SELECT of one row by its primary key, as cheap as Django
  can ask for it: one column by a cursor.
- orm: the same row as an instance.
- guarded: the flag's view behind a checkpoint that was proven; no statement more than the peer.
- factor, idp: the same in two logins of another person, whose tenant lets its identity provider
  serve: one proven by a factor of ours, the other by a sign-in there. The statements are the same,
  so what this process computes is compared.

Users, tenants, memberships, grants and web sessions have `--rows` rows each (1e4 unless given).

Measured with the option that lets the guard's statement be prepared, as the README advises. Timed
is the request from the WSGI environment to the closed response; left out are the web server and the
network.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import ground
from tests.benchmarks.rounds import compare, measure

ROUNDS, ROWS, REQUESTS = 200, 10_000, 25
ASKED = at_most(1.08)
"""The ratio to the view with one SELECT that a guard with server-side revocation may cost."""

ASKED_OF_IDP = at_most(1.02)
"""The ratio of a guard whose proof came from an identity provider to one whose proof is ours."""

NAMES = ("bare", "flag", "row", "orm", "guarded")
PROVEN = ("factor", "idp")
row_key: Any = None
urlpatterns: list[Any] = []


def bare(_request: HttpRequest) -> HttpResponse:
    """Touches neither session nor user."""
    return HttpResponse("ok")


def flagged(request: HttpRequest) -> HttpResponse:
    """A logged-in user and a flag in the session."""
    if not request.user.is_authenticated or not request.session.get("verified"):
        return HttpResponse(status=403)
    return HttpResponse("ok")


def with_orm(request: HttpRequest) -> HttpResponse:
    """The same, and one row that the view reads for itself."""
    from otpguard.models import Membership  # noqa: PLC0415 (needs Django to be set up)

    if not Membership.objects.get(pk=row_key).active:
        return HttpResponse(status=403)
    return flagged(request)


def with_row(request: HttpRequest) -> HttpResponse:
    """The peer: the same without the ORM."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT active FROM otpguard_membership WHERE id = %s", [row_key])
        (active,) = cursor.fetchone()
    return flagged(request) if active else HttpResponse(status=403)


def main(asked: Asked) -> Sequence[Figure]:
    """Measure on tables of the size asked for."""
    rounds = asked.rounds or (2 if asked.small else ROUNDS)
    [rows] = asked.rows or ((100,) if asked.small else (ROWS,))
    with ground(settings="tests.benchmarks.peers"):
        prepare = _prepared(rows)
        statements = {name: _statements(prepare, name) for name in (*NAMES, *PROVEN)}
        found = measure({name: partial(_request, prepare, name) for name in NAMES}, rounds)
        proven = measure({name: partial(_computing, prepare, name) for name in PROVEN}, rounds)
    assert statements["guarded"] <= statements["row"], statements
    assert statements["idp"] == statements["factor"], statements
    notes = {name: f"{number} statements" for name, number in statements.items()}
    same: dict[str, Any] = {"unit": "µs", "limit": "flag", "notes": notes}
    work = f"guard, verified request, {rows:,} rows"
    return [
        compare(found, work, "guarded", peer="row", asked=ASKED, **same),
        compare(found, f"{work}, to the row as an instance", "guarded", peer="orm", **same),
        compare(
            proven,
            f"{work}, proof of an identity provider, CPU",
            "idp",
            peer="factor",
            asked=ASKED_OF_IDP,
            unit="µs",
            notes=notes,
        ),
    ]


Prepare = Callable[[str], Callable[[], None]]


def _prepared(rows: int) -> Prepare:
    """What makes one request ready, once somebody is logged in and has proven themselves."""
    from otpguard import requires_checkpoint  # noqa: PLC0415 (needs Django to be set up)

    guarded = requires_checkpoint("billing_change")(flagged)
    views = (bare, flagged, with_row, with_orm, guarded)
    urlpatterns.extend(path(f"{name}/", view) for name, view in zip(NAMES, views, strict=True))
    settings.ROOT_URLCONF = "tests.benchmarks.guard"
    keys = dict(zip(PROVEN, _proven_both_ways(), strict=True))
    usual = _proven_login(rows)
    handler, factory = WSGIHandler(), RequestFactory()

    def prepare(name: str) -> Callable[[], None]:
        headers = {"Cookie": f"sessionid={keys.get(name, usual)}", "Host": "localhost"}
        where = "guarded" if name in keys else name
        environ = factory.get(f"/{where}/", headers=headers).environ

        def call() -> None:
            status: list[str] = []
            response = handler(environ, lambda line, _headers: status.append(line))
            response.close()
            if status != ["200 OK"]:
                raise RuntimeError(f"{name}: {status}")

        return call

    return prepare


def _statements(prepare: Prepare, name: str) -> int:
    prepare(name)()
    call = prepare(name)
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def _request(prepare: Prepare, name: str, clock: Callable[[], float] = time.perf_counter) -> float:
    """Microseconds of one of them, over a turn."""
    calls = [prepare(name) for _ in range(REQUESTS)]
    started = clock()
    for call in calls:
        call()
    return (clock() - started) / REQUESTS * 1e6


_computing = partial(_request, clock=time.process_time)


def _proven_both_ways() -> tuple[str, str]:
    """The keys of two web sessions of one person: proven by a factor, and by a sign-in at the
    identity provider."""
    from otpguard.flows.federation.accept import accept_sign_in  # noqa: PLC0415 (needs Django)
    from otpguard.flows.tenant.policy import change_policy  # noqa: PLC0415 (the same)
    from otpguard.models import FederatedIdentity  # noqa: PLC0415 (the same)
    from otpguard.testing import pass_step_up  # noqa: PLC0415 (the same)
    from tests import factories, federating  # noqa: PLC0415 (the same)

    tenant = factories.tenant()
    user = factories.member(tenant).user
    provider = federating.idp(tenant)
    FederatedIdentity.objects.create(provider=provider, subject="alice", user=user)
    change_policy(
        facts=factories.facts(),
        tenant=tenant,
        checkpoint="billing_change",
        wishes={"idp_satisfies": True, "active": True},
    )
    clients = [factories.login(Client(), user, tenant) for _ in PROVEN]
    for client in clients:
        session = client.session
        session["verified"] = True
        session.save()
    pass_step_up(clients[0])
    outcome = accept_sign_in(
        facts=factories.facts(user, tenant, sid=factories.sid_of(clients[1])),
        provider=provider.pk,
        evidence=federating.said_now(),
        statement="a sign-in",
    )
    if outcome.grant is None:
        raise RuntimeError(f"the sign-in proves nothing: {outcome.reason}")
    first, second = (str(client.session.session_key) for client in clients)
    return first, second


def _proven_login(rows: int) -> str:
    """The key of a web session that has proven itself, in tables of this size."""
    global row_key  # noqa: PLW0603 (the peer's views read it)
    from django.contrib.sessions.models import Session  # noqa: PLC0415 (needs Django to be set up)

    from otpguard.testing import pass_step_up  # noqa: PLC0415 (the same)
    from tests import factories  # noqa: PLC0415 (the same)
    from tests.growth import multiply, settle  # noqa: PLC0415 (the same)

    tenant = factories.tenant()
    member = factories.member(tenant)
    client = factories.login(Client(), member.user, tenant)
    session = client.session
    session["verified"] = True
    session.save()
    grant = pass_step_up(client)
    row_key = member.pk
    multiply(member.user, rows, username="'u' || n")
    first = get_user_model().objects.get(username="u1").pk
    multiply(tenant, rows, slug="'t' || n")
    multiply(member, rows, user_id=f"{first - 1} + n")
    multiply(grant, rows, user_id=f"{first - 1} + n", sid="'s' || n")
    multiply(Session.objects.get(pk=session.session_key), rows, session_key="'s' || n")
    settle()
    return str(session.session_key)


if __name__ == "__main__":
    sys.modules["tests.benchmarks.guard"] = sys.modules["__main__"]
    sys.exit(run(__doc__, main))
