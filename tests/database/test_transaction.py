"""Transactions of ours by Django's names, and one that must be the outermost."""

from __future__ import annotations

import pytest
from django.db import transaction as django_transaction

from otpguard.database import transaction
from otpguard.exceptions import InsideTransaction
from otpguard.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_durable_block_commits() -> None:
    with transaction.durable("it"):
        factories.tenant("acme")
    assert Tenant.objects.filter(slug="acme").exists()


def test_inside_another_transaction_it_says_who_must_not_be_called_and_what_to_do() -> None:
    with (
        django_transaction.atomic(),
        pytest.raises(InsideTransaction, match=r"it must not .*non_atomic_requests"),
        transaction.durable("it"),
    ):
        pass


def test_an_error_of_the_block_itself_passes() -> None:
    with pytest.raises(RuntimeError, match="of the block"), transaction.durable("it"):
        raise RuntimeError("of the block")


def test_what_waits_for_the_commit_is_called_after_it_and_not_after_a_rollback() -> None:
    called: list[str] = []
    with transaction.atomic():
        transaction.on_commit(lambda: called.append("kept"))
        assert called == []
    with transaction.atomic():
        transaction.on_commit(lambda: called.append("lost"))
        transaction.set_rollback(True)
    assert called == ["kept"]
