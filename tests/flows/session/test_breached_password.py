"""A new password is looked up, and let through where the list does not answer."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.breached_password import PasswordList
from otpguard.flows.session.breached_password import is_breached
from otpguard.models import Event
from tests import factories
from tests.store_down import store_down


class Known:
    """A list that says the same of every password."""

    named = PasswordList.RANGE

    def __init__(self, said: int | None) -> None:
        self.said = said

    def times(self, _password: str) -> int | None:
        return self.said


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "expected"), [(0, False), (2, False), (3, True), (99, True)])
def test_a_password_counts_as_breached_from_so_many_times_on(said: int, expected: bool) -> None:
    facts = factories.facts(factories.user())
    found = is_breached(facts=facts, password="secret", breaches=Known(said), least=3)
    assert found is expected
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_list_that_does_not_answer_lets_through_and_the_log_says_so() -> None:
    user = factories.user()
    assert not is_breached(
        facts=factories.facts(user), password="hunter2", breaches=Known(None), least=1
    )
    event = Event.objects.get()
    assert event.kind == "password.not_checked"
    assert "range_list" in event.body
    assert "hunter2" not in event.body


@pytest.mark.django_db(transaction=True)
def test_a_store_that_is_down_is_told_of_in_the_log_of_the_process(caplog: Any) -> None:
    facts = factories.facts(factories.user())
    with store_down():
        assert not is_breached(facts=facts, password="hunter2", breaches=Known(None), least=1)
    assert "no event says so" in caplog.text
    assert "hunter2" not in caplog.text
