"""Every list of the API goes page by page, by key, whatever comes in meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard import vault
from otpguard.api import paging
from otpguard.models import Approval, PolicyException
from tests import factories
from tests.enrolling import rule
from tests.host import Host
from tests.stepup import step_up

API = {"Accept": "application/json"}
NOW = timezone.now()


def get(client: Client, path: str) -> Any:
    answer = client.get(path, headers=API)
    if answer.status_code == 401:
        step_up(client, answer)
        answer = client.get(path, headers=API)
    return answer


@dataclass(frozen=True)
class Listing:
    """One list endpoint: its path, the name of its rows, how a row is made, what tells it apart."""

    path: str
    rows: str
    table: str
    add: Callable[[int], None]
    newest_first: bool
    names: Callable[[dict[str, Any]], int]


def approvals(host: Host) -> Listing:
    member = factories.member(host.tenant)

    def add(number: int) -> None:
        Approval.objects.create(
            tenant=host.tenant,
            action="factor_reset",
            subject=member.user,
            what={"factors": []},
            reason=str(number),
            asked_by=host.user,
            created_at=NOW + timedelta(seconds=number // 2),  # two at a time have one moment
            expires_at=NOW + timedelta(days=1),
        )

    return Listing(
        path="/security/api/approvals/",
        rows="approvals",
        table="otpguard_approval",
        add=add,
        newest_first=True,
        names=lambda row: int(row["reason"]),
    )


def exceptions(host: Host) -> Listing:
    def add(number: int) -> None:
        PolicyException.objects.create(
            tenant=host.tenant,
            checkpoint="api_key",
            field=f"field {number}",
            value=number,
            reason=str(number),
            created_at=NOW + timedelta(seconds=number // 2),
            expires_at=NOW + timedelta(days=1),
        )

    return Listing(
        path="/security/api/exceptions/",
        rows="exceptions",
        table="otpguard_policyexception",
        add=add,
        newest_first=True,
        names=lambda row: int(row["reason"]),
    )


def rules(host: Host) -> Listing:
    rule(None, role="site")

    def add(number: int) -> None:
        rule(host.tenant, role=f"role{number:03}")

    return Listing(
        path="/security/api/enrollment/",
        rows="rules",
        table="otpguard_enrollmentrule",
        add=add,
        newest_first=False,
        names=lambda row: int(row["role"].removeprefix("role")),
    )


def members_factors(host: Host) -> Listing:
    member = factories.member(host.tenant)

    def add(number: int) -> None:
        row = factories.phone_factor(member.user, f"+1201555{number:04}")
        factories.age(row, created_at=NOW + timedelta(seconds=number // 2))

    return Listing(
        path=f"/security/api/members/{member.user_id}/factors/",
        rows="factors",
        table="otpguard_factor",
        add=add,
        newest_first=False,
        names=lambda row: int(row["number"][-2:]),
    )


@pytest.fixture(params=[approvals, exceptions, rules, members_factors])
def listing(request: pytest.FixtureRequest, host: Host) -> Listing:
    found: Listing = request.param(host)
    return found


def pages(client: Client, listing: Listing, query: str) -> Iterator[list[int]]:
    path: str | None = f"{listing.path}?{query}"
    while path:
        answer = get(client, path)
        assert answer.status_code == 200, answer.content
        document = answer.json()
        yield [listing.names(row) for row in document[listing.rows]]
        path = document["next"]


def test_pages_follow_each_other_and_end(host: Host, listing: Listing) -> None:
    for number in range(7):
        listing.add(number)
    found = list(pages(host.client, listing, "limit=3"))
    assert [len(page) for page in found] == [3, 3, 1]
    every = [name for page in found for name in page]
    assert sorted(every) == list(range(7))
    moments = [name // 2 for name in every]
    assert moments == sorted(moments, reverse=listing.newest_first)


def test_a_full_last_page_has_no_next(host: Host, listing: Listing) -> None:
    for number in range(4):
        listing.add(number)
    assert [len(page) for page in pages(host.client, listing, "limit=2")] == [2, 2]


def test_what_comes_in_meanwhile_shifts_nothing(host: Host, listing: Listing) -> None:
    for number in range(10, 16):
        listing.add(number)
    walk = pages(host.client, listing, "limit=2")
    seen = next(walk)
    listing.add(8)  # before all and behind all, in either order
    listing.add(20)
    seen += [name for page in walk for name in page]
    assert len(seen) == len(set(seen))
    assert set(range(10, 16)) <= set(seen)


def test_each_page_costs_one_statement_of_its_list_whatever_its_number(
    host: Host, listing: Listing
) -> None:
    for number in range(5):
        listing.add(number)
    path, counts = f"{listing.path}?limit=1", []
    while path:
        get(host.client, path)
        with CaptureQueriesContext(connection) as captured:
            document = get(host.client, path).json()
        counts.append(len(captured))
        mine = [
            query["sql"]
            for query in captured
            if f'FROM "{listing.table}"' in query["sql"] and "LIMIT 2" in query["sql"]
        ]
        assert len(mine) == 1, mine
        assert "OFFSET" not in mine[0]
        path = document["next"]
    assert len(counts) == 5
    assert len(set(counts)) == 1, counts


def test_a_page_has_no_more_than_the_most(
    host: Host, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST", 2)
    for number in range(3):
        listing.add(number)
    assert len(next(pages(host.client, listing, "limit=1000"))) == 2


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "²", "9" * 5000])
def test_a_limit_that_is_none_is_refused(host: Host, limit: str) -> None:
    answer = host.client.get("/security/api/exceptions/", {"limit": limit}, headers=API)
    assert (answer.status_code, answer.json()["field"]) == (400, "limit")
    assert answer["Content-Type"] == "application/problem+json"


def cursor_of(client: Client, path: str) -> str:
    [cursor] = parse_qs(urlsplit(get(client, path).json()["next"]).query)["cursor"]
    return cursor


def test_a_cursor_of_another_list_or_of_none_is_refused(host: Host) -> None:
    listed = exceptions(host)
    for number in range(2):
        listed.add(number)
        rule(host.tenant, role=f"role{number}")
    good = cursor_of(host.client, f"{listed.path}?limit=1")
    of_rules = cursor_of(host.client, "/security/api/enrollment/?limit=1")
    assert str(host.tenant.pk) not in good
    wrong = [of_rules, "x", "é", good[:-1], f"{good}x", vault.encrypt_token(vault.EMAIL, "[]")]
    wrong += [vault.encrypt_token(vault.CURSOR, text) for text in ("", "[]", "7", '["exceptions"]')]
    wrong.append(vault.encrypt_token(vault.CURSOR, '["exceptions", "yesterday", "1"]'))
    inside = vault.decrypt_token(vault.CURSOR, good, max_age=paging.LIFE)
    wrong.append(vault.encrypt_token(vault.CURSOR, inside.replace("exceptions", "approvals")))
    for cursor in wrong:
        answer = host.client.get(listed.path, {"cursor": cursor}, headers=API)
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor"), cursor
        assert answer["Content-Type"] == "application/problem+json"


def test_a_cursor_serves_for_a_day(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = exceptions(host)
    listed.add(1)
    listed.add(2)
    cursor = cursor_of(host.client, f"{listed.path}?limit=1")
    monkeypatch.setattr(paging, "LIFE", timedelta(seconds=-1))
    answer = host.client.get(listed.path, {"cursor": cursor}, headers=API)
    assert answer.status_code == 400


def test_a_cursor_leads_nowhere_beyond_the_readers_own_tenant(host: Host) -> None:
    listed = exceptions(host)
    listed.add(1)
    listed.add(3)
    path = get(host.client, f"{listed.path}?limit=1").json()["next"]
    other = factories.member(factories.tenant(), roles=["admin"])
    client = factories.login(Client(), other.user, other.tenant)
    assert client.get(path, headers=API).json() == {"exceptions": [], "next": None}
