"""The command that says what is due, and deletes it when it is told to."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from otpguard.models import Event
from tests import factories
from tests.flows.audit.aging import aged
from tests.flows.audit.logging import ONE, TWO, seal

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = StringIO()
    call_command("otpguard_retention", "--no-color", *words, stdout=out)
    return out.getvalue()


def verify() -> str:
    out = StringIO()
    call_command("otpguard_verify_audit", "--no-color", stdout=out)
    return out.getvalue()


def test_it_says_what_is_due_in_each_log_and_deletes_nothing() -> None:
    aged(ONE)
    aged(None)
    said = run()
    assert f"unnamed.invalid/{ONE.hex}: 5 events before 20" in said
    assert "(6 years)" in said
    assert "Would delete 10 events." in said
    assert Event.objects.count() == 18


def test_told_to_it_deletes_and_the_check_of_the_log_says_so() -> None:
    aged(ONE)
    aged(TWO)
    assert "Deleted 5 events." in run("--delete", "--tenant", str(ONE))
    seal()
    said = verify()
    assert "All holds: 14 events" in said
    assert "the first 5 events were purged: sealed before" in said
    assert '"below": 5' in _json()


def _json() -> str:
    out = StringIO()
    call_command("otpguard_verify_audit", "--json", stdout=out)
    return out.getvalue()


def test_a_legal_hold_is_said() -> None:
    tenant = factories.tenant(legal_hold=True, tags=["audit-1y"])
    aged(tenant.pk)
    said = run("--tenant", tenant.slug)
    assert ": 0 events before" in said
    assert "(1 year); a legal hold keeps more" in said


def test_a_damaged_log_is_left_and_ends_it_with_an_error() -> None:
    aged(ONE)
    aged(TWO)
    Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[1].delete()
    with pytest.raises(CommandError, match=r"Deleted 5 events. Damaged logs, which were left: 1"):
        run("--delete")
    assert Event.objects.filter(tenant_id=ONE).count() == 8


def test_a_tenant_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="nobody"):
        run("--tenant", "nobody")
