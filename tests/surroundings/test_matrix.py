"""One whole journey in every surrounding, with real transactions, or the check that refuses it."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.servers import DATABASE
from tests.surroundings.stage import ROOT, copy_database, database_at, drop_database, host
from tests.surroundings.table import SURROUNDINGS, Surrounding

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("surroundings")]

PLAIN = SURROUNDINGS[0]
TEMPLATE = "surroundings_template"
ROWS: list[tuple[str, str, str]] = []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL in which one database has every table already."""
    found = os.environ[DATABASE]
    if not found.startswith("postgresql:"):
        pytest.skip("the matrix copies databases, which takes a PostgreSQL")
    copy_database(found, "template1", TEMPLATE)
    home = tmp_path_factory.mktemp("template")
    with host(PLAIN, home, server=found, broker=settings.REDIS_URL) as made:
        made.made.append(f"default={database_at(found, TEMPLATE)}")
        made.migrate()
        made.made.clear()
    yield found
    drop_database(found, TEMPLATE)


@pytest.fixture(scope="module", autouse=True)
def printed_table() -> Iterator[None]:
    """Print what was found, and leave it with the artifacts."""
    ROWS.clear()
    yield
    wide = max((len(name) for name, *_ in ROWS), default=0)
    lines = [f"{name:<{wide}} | {journey:<7} | {result}" for name, journey, result in ROWS]
    table = "\n".join(["surrounding | journey | result", *lines, ""])
    folder = ROOT / "test-artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "surroundings.txt").write_text(table, encoding="utf-8")
    print(f"\n{table}")


@pytest.mark.parametrize("surrounding", SURROUNDINGS, ids=lambda each: each.name)
def test_a_host_works_in_this_surrounding_or_is_told_what_to_change(
    surrounding: Surrounding, server: str, tmp_path: Path
) -> None:
    missing = [name for name in surrounding.needs if importlib.util.find_spec(name) is None]
    if missing:
        ROWS.append((surrounding.name, "not run", f"{', '.join(missing)} is not installed"))
        pytest.skip(f"{', '.join(missing)} is not installed")
    began = time.monotonic()
    kind = "check" if surrounding.refused else "whole"
    ROWS.append((surrounding.name, kind, "FAILED"))
    with host(surrounding, tmp_path, server=server, broker=settings.REDIS_URL) as made:
        made.make_databases(TEMPLATE)
        if surrounding.refused:
            status, said = made.prepare()
            assert (status, surrounding.refused in said) == (1, True), said
            result = f"refused by {surrounding.refused}"
        else:
            made.go_through()
            result = "passed"
    ROWS[-1] = (surrounding.name, kind, f"{result} ({time.monotonic() - began:.1f} s)")
