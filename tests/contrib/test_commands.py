"""A guarded command of a host runs by emergency access, and in no other way."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from otpguard.contrib.commands import GuardedCommand
from otpguard.models import Event, Tenant
from tests import factories
from tests.emergencies import open_emergency
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
ran: list[tuple[str, str, dict[str, Any]]] = []


class Export(GuardedCommand):
    """A command as a host writes it, with an option of its own."""

    checkpoint = "data_export"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--city", default="")

    def handle(self, *_args: str, **options: Any) -> None:
        ran.append((self.person.get_username(), self.tenant.slug, options))


class Nameless(Export):
    """It names no checkpoint."""

    checkpoint = ""


@pytest.fixture
def acme() -> Tenant:
    ran.clear()
    return factories.tenant("acme")


def run(name: str, *more: str, tenant: str = "acme", reason: str = "ticket 17") -> None:
    told = ("--as", name, "--organization", tenant, "--reason", reason)
    call_command(Export(), *told, *more, stdout=StringIO())


def test_it_runs_for_the_people_who_opened_the_envelope(acme: Tenant) -> None:
    boss, other = open_emergency(acme, "data_export")
    run(boss.get_username(), "--city", "Berlin")
    run(other.get_username())
    assert [line[:2] for line in ran] == [(boss.get_username(), "acme"), (str(other), "acme")]
    assert ran[0][2]["city"] == "Berlin"
    assert not {"acts_as", "acts_in", "acts_why"} & set(ran[0][2])
    passed = Event.objects.filter(kind="break_glass.passed")
    assert [each.checkpoint for each in passed] == ["data_export"] * 2
    assert all('"command"' in each.body for each in passed)


def test_without_emergency_access_nobody_acts_and_the_log_says_so(acme: Tenant) -> None:
    boss = factories.member(acme, roles=["admin"]).user
    with pytest.raises(CommandError, match="no_proof"):
        run(boss.get_username())
    assert ran == []
    assert Event.objects.filter(kind="checkpoint.denied", checkpoint="data_export").exists()


def test_a_drill_another_operation_and_another_person_open_nothing(acme: Tenant) -> None:
    boss, _other = open_emergency(acme, "data_export", drill=True)
    third = factories.member(acme, roles=["admin"]).user
    with pytest.raises(CommandError, match="no_proof"):
        run(boss.get_username())
    open_emergency(acme, "api_key")
    open_emergency(acme, "data_export")
    for name in (boss.get_username(), third.get_username()):
        with pytest.raises(CommandError, match="no_proof"):
            run(name)
    assert ran == []


def test_emergency_access_of_one_tenant_opens_no_other(acme: Tenant) -> None:
    boss, _other = open_emergency(acme, "data_export")
    factories.member(factories.tenant("globex"), boss, roles=["admin"])
    factories.tenant("initech")
    with pytest.raises(CommandError, match="no_proof"):
        run(boss.get_username(), tenant="globex")
    with pytest.raises(CommandError, match="not_a_member"):
        run(boss.get_username(), tenant="initech")
    assert ran == []


def test_who_has_lost_the_role_or_the_account_acts_no_more(acme: Tenant) -> None:
    boss, other = open_emergency(acme, "data_export")
    acme.memberships.filter(user=boss).update(roles=[])
    with pytest.raises(CommandError, match="no_proof"):
        run(boss.get_username())
    other.is_active = False
    other.save()
    with pytest.raises(CommandError, match="inactive"):
        run(other.get_username())
    assert ran == []


def test_nobody_acts_while_the_store_is_down(acme: Tenant) -> None:
    boss, _other = open_emergency(acme, "data_export")
    with no_answer(), pytest.raises(CommandError, match="no answer"):
        run(boss.get_username())
    assert ran == []


@pytest.mark.parametrize(
    "wrong", [{"name": "nobody"}, {"tenant": "nowhere"}, {"reason": " "}, {"reason": "x" * 121}]
)
def test_a_mistake_ends_with_one_line(acme: Tenant, wrong: dict[str, str]) -> None:
    boss, _other = open_emergency(acme, "data_export")
    with pytest.raises(CommandError):
        run(**{"name": boss.get_username(), **wrong})
    assert ran == []


def test_a_command_that_names_no_checkpoint_does_not_run(acme: Tenant) -> None:
    with pytest.raises(ImproperlyConfigured):
        call_command(Nameless(), "--as", "x", "--organization", "acme", "--reason", "r")
    assert ran == []
