"""A run takes each row once, says why it leaves others, and lets no secret out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import CeremonyFault
from otpguard.core.totp import InvalidSeedError
from otpguard.exceptions import NotAllowed
from otpguard.factors import totp
from otpguard.factors.ceremony import CeremonyError
from otpguard.flows.factor.import_run import Found, Imported, ImportRun, NotImportable, reading
from otpguard.models import Factor, Notice
from otpguard.models.factor import NAME_LENGTH
from tests import factories

pytestmark = pytest.mark.django_db


def take(build: Any, *, dry_run: bool = False) -> Imported:
    """A run over the people themselves, as if each were a row of another package."""
    run = ImportRun(facts=RequestFacts(now=timezone.now()), source="old", dry_run=dry_run)
    people = get_user_model().objects.extra(select={"user_id": "id"}).order_by("pk")
    return run.take_rows(people, build, kind="totp", label="app")


def app(user: Any, **known: Any) -> Found:
    return Found(factor=totp.build(user_id=str(user.pk), name="App", **known))


def test_a_row_becomes_a_factor_that_counts_at_once() -> None:
    user = factories.user()
    assert take(app) == Imported(added=1, known=0)
    factor = Factor.objects.get()
    assert (factor.user, factor.tenant, factor.confirmed) == (user, None, True)
    assert (factor.serial, factor.usable_from) == (f"app/{user.pk}", None)


def test_a_row_in_which_nothing_is_left_is_known() -> None:
    factories.user()
    assert take(lambda _row: None) == Imported(added=0, known=1)


def test_one_row_that_cannot_be_taken_stops_no_other() -> None:
    bad, good = factories.user(), factories.user()

    def build(user: Any) -> Found:
        if user == bad:
            raise NotImportable("no")
        return app(user)

    result = take(build)
    assert result.added == 1
    assert [str(each) for each in result.mistakes] == [f"app/{bad.pk}: no"]
    assert Factor.objects.get().user == good


def test_a_name_that_is_too_long_is_cut() -> None:
    factories.user()

    def build(user: Any) -> Found:
        found = app(user)
        found.factor.name = "n" * 200
        return found

    take(build)
    assert Factor.objects.get().name == "n" * NAME_LENGTH


def test_a_dry_run_writes_nothing() -> None:
    factories.user()
    assert take(app, dry_run=True) == Imported(added=1, known=0)
    assert not Factor.objects.exists()
    assert not Notice.objects.exists()


def test_only_the_site_may() -> None:
    person = factories.user()
    with pytest.raises(NotAllowed, match="site"):
        ImportRun(facts=factories.facts(person), source="old", dry_run=True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("hunter2"), "its data cannot be read"),
        (ValueError("hunter2"), "its data cannot be read"),
        (CeremonyError(CeremonyFault.ALGORITHM), "its key cannot be used (algorithm)"),
        (NotImportable("as it is"), "as it is"),
    ],
)
def test_what_trips_over_a_row_is_a_reason_without_a_secret(error: Exception, said: str) -> None:
    with pytest.raises(NotImportable) as caught, reading():
        raise error
    assert str(caught.value) == said
    assert caught.value.__suppress_context__ or caught.value is error


@pytest.mark.parametrize("error", [DatabaseError("away"), InvalidSeedError("short")])
def test_a_database_that_is_down_is_no_mistake_of_a_row(error: Exception) -> None:
    with pytest.raises(type(error)), reading():
        raise error
