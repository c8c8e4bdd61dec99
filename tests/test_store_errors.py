"""A store that is down is told apart from a mistake of a program."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, InternalError, OperationalError, ProgrammingError

from otpguard.exceptions import StoreUnavailable
from otpguard.store_errors import STORE_ERRORS


@pytest.mark.parametrize("error", [OperationalError, InternalError, StoreUnavailable])
def test_what_another_try_may_mend_is_an_outage(error: type[Exception]) -> None:
    assert issubclass(error, STORE_ERRORS)


@pytest.mark.parametrize("error", [IntegrityError, ProgrammingError, DataError])
def test_a_mistake_is_no_outage(error: type[Exception]) -> None:
    assert not issubclass(error, STORE_ERRORS)
