"""Doors translate, call one flow and render. Only flows and what lies below them write rows."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import PACKAGE, modules, place, tree
from tests.house.writes import writes

DOORS = (
    "web",
    "api",
    "admin",
    "management",
    "templatetags",
    "http",
    "forms",
    "checks",
    "middleware",
    "tasks.py",
    "decorators.py",
    "urls.py",
    "apps.py",
)


def test_every_door_is_there() -> None:
    assert [door for door in DOORS if not (PACKAGE / door).exists()] == []


def test_no_door_writes_a_row() -> None:
    found = [
        f"{place(path, node)} {what}"
        for path in modules(*[PACKAGE / door for door in DOORS])
        for node, what in writes(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "Grant.objects.create(user=1)",
        "Grant.objects.filter(pk=1).update(revoked=now)",
        "self.get_queryset().update(name='x')",
        "await Grant.objects.filter(pk=1).aupdate(x=1)",
        "factor.save()",
        "self.object.delete()",
        "form.save(commit=False)",
        "Tenant.objects.get_or_create(slug='a')",
        "super().save(*args)",
        "rows[0].asave()",
    ],
)
def test_the_law_sees_a_write(line: str) -> None:
    source = f"async def door():\n    {line}"
    assert len(list(writes(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "context.update(title='x')",
        "request.session.save()",
        "session.delete()",
        "tombstone.save(must_create=True)",
        "hashlib.new('sha256').update(b'')",
        "response.delete_cookie('x')",
        "Grant.objects.filter(pk=1).first()",
    ],
)
def test_the_law_lets_reading_and_http_be(line: str) -> None:
    assert list(writes(ast.parse(line))) == []
