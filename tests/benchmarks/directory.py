"""What a large directory costs: `python -m tests.benchmarks.directory [--rows 1e4] [--rounds 20]`.

A customer's directory imports `--rows` people by SCIM: half of them one POST after another, as Okta
does, half in Bulk requests of 500. Told are the minutes, how much longer a person takes at the end
than at the beginning, and what this process holds more at its peak. Then, in a group of
10,000 others that is written as rows, one member more or less with a role and without one, the
first and last page of people, the whole group by GET and by PUT, and its deletion.

Timed is the request from Django's test client to its response, on a private PostgreSQL with durable
commits; left out are the web server and the network. Statistics are fresh before the group is made.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Ask, Figure, Side, at_most
from tests.benchmarks.ground import ground

if TYPE_CHECKING:
    from tests.scim.speaking import Directory

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
PEOPLE, MEMBERS, SMALL, BULK, ROUNDS = 10_000, 10_000, 100, 500, 20
ASKED_MEMBER = at_most(50, "ours")
ASKED_IMPORT = at_most(30, "ours")
ASKED_MORE = at_most(1.5, "ours")
ASKED_MEMORY = at_most(60, "ours")
ASKED_PAGE = at_most(1000, "ours")
"""Milliseconds; a page of 200 is a bounded amount of work wherever it begins."""


def main(asked: Asked) -> Sequence[Figure]:
    """Import, then change and read what is there."""
    number = min(asked.rows) if asked.rows else SMALL if asked.small else PEOPLE
    with ground(settings="tests.benchmarks.scim_settings"):
        from tests.scim.speaking import directory  # noqa: PLC0415 (needs Django to be set up)

        acme = directory()
        found = [*_import(acme, number // 2, one_by_one), *_import(acme, number // 2, in_bulk)]
        rounds = asked.rounds or (2 if asked.small else ROUNDS)
        return [*found, *_group(acme, SMALL if asked.small else MEMBERS, rounds)]


def one_by_one(acme: Directory, start: int, number: int) -> None:
    """So many people by POST."""
    for each in range(start, start + number):
        acme.person(f"one{each}", name={"givenName": "Ann", "familyName": str(each)})


def in_bulk(acme: Directory, start: int, number: int) -> None:
    """So many people in requests of 500."""
    from tests.scim.speaking import BULK as SCHEMA  # noqa: PLC0415 (needs Django to be set up)
    from tests.scim.speaking import USER  # noqa: PLC0415 (the same)

    for first in range(start, start + number, BULK):
        operations = [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": str(each),
                "data": {"schemas": [USER], "userName": f"bulk{each}@acme.example"},
            }
            for each in range(first, min(first + BULK, start + number))
        ]
        answer = acme.send("POST", "/Bulk", {"schemas": [SCHEMA], "Operations": operations})
        states = {str(each["status"]) for each in json.loads(answer.content)["Operations"]}
        if states != {"201"}:
            raise RuntimeError(f"Bulk: {states}")


def _import(
    acme: Directory, number: int, make: Callable[[Directory, int, int], None]
) -> list[Figure]:
    """Ten parts, the first of which warms up."""
    part, seconds = number // 10, []
    held = 0.0
    for turn in range(10):
        began = time.perf_counter()
        make(acme, turn * part, part)
        seconds.append(time.perf_counter() - began)
        held = held or peak_mb()
        print(f"{make.__name__} {turn}: {seconds[-1] / part * 1e3:.1f} ms", file=sys.stderr)
    name = f"import of {number:,} people, {make.__name__.replace('_', ' ')}"
    more = statistics.median(seconds[-3:]) / statistics.median(seconds[1:4])
    each = f"{sum(seconds) / number * 1e3:.1f} ms each"
    minutes = Side("otpguard", sum(seconds) / 60, "min", each)
    memory = Side("otpguard", peak_mb() - held, "MB", f"peak {peak_mb():.0f} MB")
    return [
        Figure(work=name, ours=minutes, asked=ASKED_IMPORT),
        Figure(
            work=f"{name}: the last beside the first", ours=Side("", more, "x"), asked=ASKED_MORE
        ),
        Figure(work=f"{name}: memory beyond the first tenth", ours=memory, asked=ASKED_MEMORY),
    ]


def _group(acme: Directory, total: int, rounds: int) -> list[Figure]:
    """A group of so many: changes of one member, reads, and its end."""
    from otpguard.models import ScimGroup, ScimUser  # noqa: PLC0415 (needs Django to be set up)
    from tests.scim.crowd import counted, crowd  # noqa: PLC0415 (the same)

    last = str(ScimUser.objects.order_by("pk").values_list("pk", flat=True)[0])
    group = crowd(acme.tenant, total)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    ids = group.members.order_by("pk").values_list("person_id", flat=True)
    members = [{"value": str(each)} for each in ids]
    body = {"schemas": [CORE + "Group"], "displayName": group.name, "members": members}
    path, found = f"/Groups/{group.pk}", list[Figure]()
    changes: list[dict[str, Any]] = [
        {"op": "add", "path": "members", "value": [{"value": last}]},
        {"op": "remove", "path": f'members[value eq "{last}"]'},
    ]
    for role in ("", "editor", "billing_admin"):
        for query in ("", "?excludedAttributes=members"):
            name = f"one member, role {role or 'none'}{', answered' if query else ''}"
            ScimGroup.objects.update(role=role)
            taken, statements, busy = [], 0, time.process_time()
            for _ in range(rounds):
                for change in changes:
                    began = time.perf_counter()
                    with counted() as read:
                        answer = acme.patch(path + query, change)
                    taken.append((time.perf_counter() - began) * 1e3)
                    statements = read.statements
                    _check(answer.status_code < 300, name)
            busy = (time.process_time() - busy) / len(taken) * 1e3
            note = f"{statements} statements, {busy:.1f} ms of our CPU"
            side = Side("otpguard", statistics.median(taken), "ms", note)
            found.append(Figure(work=f"{name}, of {total:,}", ours=side, asked=ASKED_MEMBER))
    ScimGroup.objects.update(role="")
    return [*found, *_reads(acme, path, total, body)]


def _reads(acme: Directory, path: str, total: int, body: Any) -> list[Figure]:
    last = max(total - 199, 1)
    pages = {"first page": {"count": 200}, "last page": {"count": 200, "startIndex": last}}
    found = [
        _once(
            f"{name} of {total:,} people",
            lambda query=query: acme.get("/Users", **query),
            ASKED_PAGE,
        )
        for name, query in pages.items()
    ]
    shrunk = {**body, "members": body["members"][: total // 2]}
    return [
        *found,
        _once(
            "page of groups without members",
            lambda: acme.get("/Groups", excludedAttributes="members"),
            ASKED_PAGE,
        ),
        _once(f"GET of a group of {total:,}", lambda: acme.get(path)),
        _once(f"PUT that changes nothing of {total:,}", lambda: _put(acme, path, body)),
        _once(f"PUT that removes half of {total:,}", lambda: _put(acme, path, shrunk)),
        _once(f"PUT that adds half of {total:,}", lambda: _put(acme, path, body)),
        _once(f"DELETE of a group of {total:,}", lambda: acme.send("DELETE", path)),
    ]


def _put(acme: Directory, path: str, body: Any) -> None:
    _check(acme.send("PUT", path, body).status_code == 200, "PUT")


def _once(name: str, act: Callable[[], object], asked: Ask | None = None) -> Figure:
    began = time.perf_counter()
    act()
    taken = (time.perf_counter() - began) * 1e3
    print(f"{name}: {taken:.0f} ms", file=sys.stderr)
    return Figure(work=name, ours=Side("otpguard", taken, "ms"), asked=asked)


def _check(went_well: bool, name: str) -> None:
    if not went_well:
        raise RuntimeError(f"{name} was refused")


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
