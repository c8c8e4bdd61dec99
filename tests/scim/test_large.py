"""Large directories: flat cost for a change of one member, flat memory for an import."""

from __future__ import annotations

import resource
import sys
import time

import pytest

from tests.scim.crowd import crowd
from tests.scim.speaking import Directory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MEMBERS = 10_000


def test_one_member_more_or_less_in_a_large_group_takes_50_ms(acme: Directory) -> None:
    group, ann = crowd(acme.tenant, MEMBERS), acme.person("ann")
    path = f"/Groups/{group.pk}"
    taken, busy = [], time.process_time()
    for _round in range(10):
        for operation in (
            {"op": "add", "path": "members", "value": [{"value": ann["id"]}]},
            {"op": "remove", "path": f'members[value eq "{ann["id"]}"]'},
        ):
            start = time.perf_counter()
            assert acme.patch(path, operation).status_code == 204
            taken.append(time.perf_counter() - start)
    middle = sorted(taken)[len(taken) // 2]
    busy = (time.process_time() - busy) / len(taken)
    sys.stderr.write(
        f"member change in {MEMBERS}: {middle * 1000:.1f} ms, {busy * 1000:.1f} ms of our CPU\n"
    )
    assert middle < 0.05, f"{middle * 1000:.1f} ms"


def test_an_import_takes_as_long_for_each_person_and_no_more_memory(acme: Directory) -> None:
    def hundred(start: int) -> float:
        begun = time.perf_counter()
        for number in range(start, start + 100):
            acme.person(f"p{number}")
        return (time.perf_counter() - begun) / 100

    hundred(0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = hundred(100)
    crowd(acme.tenant, MEMBERS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    last = hundred(200)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    sys.stderr.write(f"person: {first * 1000:.1f} ms, {last * 1000:.1f} ms; {grown} kB more\n")
    assert last < max(3 * first, 0.2)
    assert grown < 20_000
