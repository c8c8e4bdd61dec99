"""What grows with the tables, unless it is kept from it: in a database of so many rows a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from otpguard import requires_checkpoint
from otpguard.channels.providers.memory import SENT
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery, Event, Grant, LoginSession, Tenant
from otpguard.testing import pass_step_up, send_queued
from tests import factories
from tests.benchmarks.crew import Act
from tests.benchmarks.ground import challenges
from tests.flows.setting import Stopped, stopped
from tests.growth import multiply, settle
from tests.urls import urlpatterns as pages

HUNDRED = 100
TENANTS = 20
LIVE = 300
"""Every so many-th grant of the person is live, each in a login of its own."""
LATER = "interval '1 minute' * n"
EVENT_ID = """(
    lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n::bigint * 60000), 12, '0')
    || '7' || substr(md5(t.kind || n), 1, 3) || '8' || substr(md5(t.kind || n), 4, 15)
)::uuid"""
"""A version 7 UUID of n minutes ago."""
LISTS = {
    "challenges": "challenge",
    "deliveries": "delivery",
    "memberships": "membership",
    "grants": "grant",
    "login sessions": "loginsession",
}


@requires_checkpoint("billing_change")
def guarded(_request: HttpRequest) -> HttpResponse:
    """Asks for a proof."""
    return HttpResponse("ok")


urlpatterns = [*pages, path("guarded/", guarded)]


def acts(rows: int) -> Mapping[str, Act]:
    """Fill the database; by name, what is timed."""
    call_command("migrate", verbosity=0)
    who = stopped()
    person = _client(who)
    grow(who, rows)
    pass_step_up(person)
    operator = factories.login(Client(headers={"Accept": "text/html"}), factories.staff())
    settle()
    due = Due()
    lists = {
        f"admin, list of {name}": Act(
            partial(_get, operator, reverse(f"admin:otpguard_{model}_changelist"))
        )
        for name, model in LISTS.items()
    }
    return {
        "guard of a person with many grants": Act(partial(_get, person, "/guarded/")),
        "sweep, nothing due": Act(lambda: sweep(now=timezone.now())),
        "sweep, 100 due": Act(due.fire, due.prepare, due.close),
        "Security page of that person": Act(partial(_get, person, "/security/")),
        **lists,
    }


def _client(who: Stopped) -> Client:
    browser = Client(headers={"Accept": "text/html"})
    return factories.login(browser, who.member.user, Tenant.objects.get())


def _get(client: Client, page: str) -> None:
    found = client.get(page)
    if found.status_code != 200:
        raise RuntimeError(f"{page}: {found.status_code}")


def grow(who: Stopped, rows: int) -> None:
    """A proof from its start to its grant, so many times; all is over but for some grants, and all
    of it is this person's. As many others have a membership and a login each."""
    challenge = who.start()
    send_queued()
    who.answer(challenge, SENT[-1].code.digits)
    challenge.refresh_from_db()
    sent, grant, story = Delivery.objects.get(), Grant.objects.get(), list(Event.objects.all())
    same, times = "md5('c' || n)::uuid", {"created_at": f"t.created_at - {LATER}"}
    over = f"t.expires_at - {LATER}"
    multiply(challenge, rows, **times, id=same, expires_at=over, due_at="NULL")
    multiply(sent, rows, **times, challenge_id=same, provider_ref="'r' || n")
    multiply(
        grant,
        rows,
        verified_at=f"t.verified_at - interval '1 second' * mod(n, {LIVE})",
        challenge_id="NULL",
        sid="'g' || n",
        revoked_at=f"CASE WHEN mod(n, {LIVE}) > 0 THEN now() END",
    )
    for event in story:
        multiply(event, rows // len(story), id=EVENT_ID)
    multiply(who.member.user, rows, username="'u' || n")
    other = f"{get_user_model().objects.get(username='u1').pk - 1} + n"
    multiply(who.member, rows, user_id=other)
    login = LoginSession.objects.get(pk=who.facts.sid)
    multiply(login, rows, sid="'s' || n", user_id=other, started_at=f"t.started_at - {LATER}")


class Due:
    """A hundred timers at a time, of some tenants."""

    def __init__(self) -> None:
        self._tenants = [factories.tenant().pk for _ in range(TENANTS)]
        self._challenges: list[Any] = []
        self.fire: Callable[[], object] = lambda: sweep(now=timezone.now())

    def prepare(self) -> None:
        """Make them."""
        now = timezone.now()
        ids = challenges([now] * HUNDRED, tenants=self._tenants, state="sent", provider_ref=None)
        of = Delivery.objects.filter(pk__in=ids).values_list("challenge", flat=True)
        self._challenges = list(of)

    def close(self) -> None:
        """End them, so that the next round finds its own alone."""
        sends = Delivery.objects.filter(challenge__in=self._challenges)
        if sends.count() != 2 * HUNDRED:
            raise RuntimeError("not all that were due fell back")
        sends.update(state="failed", lease_until=None, status_call_at=None)
        over: dict[str, Any] = {"state": "expired", "closed_at": timezone.now(), "due_at": None}
        Challenge.objects.filter(pk__in=self._challenges).update(**over)
