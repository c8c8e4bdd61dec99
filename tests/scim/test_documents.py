"""A list of people costs as many reads as one person."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scim.speaking import Directory

pytestmark = pytest.mark.django_db


def test_the_reads_of_a_list_do_not_grow_with_it(acme: Directory) -> None:
    def reads() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            acme.get("/Users")
        return len(seen)

    people: list[Any] = [acme.person("ann")]
    acme.group("Sales", *people)
    reads()
    before = reads()
    for number in range(5):
        acme.person(f"p{number}")
    assert reads() == before
