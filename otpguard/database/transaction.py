"""Transactions in our database, by the names that `django.db.transaction` has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.transaction import Atomic

from otpguard.database.own import alias, connection
from otpguard.exceptions import InsideTransaction


def atomic() -> Atomic:
    """A transaction, or a savepoint of the one that runs."""
    return transaction.atomic(using=alias())


def joined() -> Atomic:
    """A transaction, or a part of the one that runs; an error in it is the end of that one."""
    return transaction.atomic(using=alias(), savepoint=False)


@contextmanager
def durable(what: str) -> Iterator[None]:
    """A transaction that is committed at the end of the block, whatever happens around it.

    Raises InsideTransaction, which names `what`, where one runs already: its end would decide.
    """
    begun = False
    try:
        with transaction.atomic(using=alias(), durable=True):
            begun = True
            yield
    except RuntimeError as error:
        if begun:
            raise
        raise InsideTransaction(what) from error


def refuse_inside(what: str) -> None:
    """For a single statement that has to commit by itself.

    Raises InsideTransaction, which names `what`, where a transaction runs already: its end would
    decide.
    """
    if connection.in_atomic_block:
        with durable(what):  # Django knows which blocks are those of a test
            pass


def on_commit(call: Callable[[], Any]) -> None:
    """Call when the running transaction has been committed; now, without one."""
    transaction.on_commit(call, using=alias())


def set_rollback(wanted: bool) -> None:  # noqa: FBT001 (Django's signature)
    """Roll the innermost transaction back at its end. Raises TransactionManagementError."""
    transaction.set_rollback(wanted, using=alias())
