"""What the tests of pages for directory, sign-in and streams share: a host that has all doors, and
who must not open them."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.test import Client

from tests import factories
from tests.host import Host


def strangers(host: Host) -> Iterator[tuple[str, Client]]:
    """A browser each of a member without rights and of another organization's administrator."""
    plain = factories.member(host.tenant)
    yield "member", _browser(plain.user, host.tenant)
    foreign = factories.member(factories.tenant(), roles=["admin"])
    yield "foreign", _browser(foreign.user, foreign.tenant)


def said_by(host: Host, answer: HttpResponse) -> str:
    """The page that a change leads to, as text."""
    assert answer.status_code == 303, (answer.status_code, answer.content[:300])
    return str(host.client.get(answer["Location"]).content.decode())


def _browser(user: object, tenant: object) -> Client:
    return factories.login(Client(headers={"Accept": "text/html"}), user, tenant)
