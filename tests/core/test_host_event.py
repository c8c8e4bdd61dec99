"""What a host may declare as an event, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from otpguard.conf import settings
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.host_event import (
    HostEvent,
    HostEventError,
    check_values,
    field_labels,
    known_event,
)
from otpguard.core.registry import DuplicateNameError
from otpguard.host_events import host_event
from otpguard.labels import event_label
from tests.hosting import DealEdited, declared


@pytest.fixture
def _declared() -> Iterator[None]:
    with declared():
        yield


@pytest.mark.usefixtures("_declared")
def test_a_declared_event_is_known_by_its_code_and_label() -> None:
    assert known_event("crm.deal.edited") is DealEdited
    assert event_label("crm.deal.edited") == "A deal was edited"
    assert field_labels(DealEdited) == {"amount": "amount in cents"}
    assert known_event("crm.deal.lost") is None


@pytest.mark.usefixtures("_declared")
def test_it_is_a_checkpoint_that_is_off_like_its_parent() -> None:
    found = settings().checkpoints["logged_action.crm_deal_edited"]
    assert (found.parent, found.label, found.sensitive) == (
        "logged_action",
        "A deal was edited",
        False,
    )
    assert BUILT_IN["logged_action"].default == {"active": False}


def test_what_is_forgotten_is_no_checkpoint_any_more() -> None:
    assert "logged_action.crm_deal_edited" not in settings().checkpoints


@pytest.mark.parametrize(
    "code", ["", "deal.edited", "crm.deal.edited.twice", "Crm.deal.edited", "crm.deal." + "x" * 40]
)
def test_a_code_has_three_words_so_that_none_of_ours_is_taken(code: str) -> None:
    with pytest.raises(HostEventError, match="three words"):
        host_event(code, label="x")(DealEdited)


@pytest.mark.usefixtures("_declared")
@pytest.mark.parametrize("code", ["crm.deal.edited", "crm.deal_edited.x"])
def test_a_code_is_declared_once(code: str) -> None:
    if code != "crm.deal.edited":
        with declared(code="crm_deal.edited.x"), pytest.raises(DuplicateNameError):
            host_event("crm.deal_edited.x", label="x")(DealEdited)
        return
    with pytest.raises(DuplicateNameError):
        host_event(code, label="x")(DealEdited)


@dataclass(frozen=True, kw_only=True)
class Floating(HostEvent):
    """A price that has no canonical form."""

    price: float


@dataclass(frozen=True, kw_only=True)
class Telling(HostEvent):
    """Would put a secret into the log."""

    api_key: str


class Plain(HostEvent):
    """No dataclass."""


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Not of our base."""


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Floating, "price must be one of str, int, bool"),
        (Telling, "sounds like a secret"),
        (Plain, "frozen dataclass"),
        (Stranger, "frozen dataclass"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_import(kind: Any, why: str) -> None:
    with pytest.raises(HostEventError, match=why):
        host_event("crm.deal.spoiled", label="x")(kind)
    assert known_event("crm.deal.spoiled") is None


def test_an_event_needs_a_label() -> None:
    with pytest.raises(HostEventError, match="label"):
        host_event("crm.deal.spoiled", label=" ")(DealEdited)


@pytest.mark.usefixtures("_declared")
@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"deal": 7}, "deal"), ({"amount": True}, "amount"), ({"tags": [1]}, "tags")],
)
def test_a_value_of_another_type_is_refused(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(HostEventError, match=f"crm.deal.edited: {name} must be"):
        check_values(DealEdited(**{"deal": "7", **wrong}))
    check_values(DealEdited(deal="7", amount=1, tags=["EU"]))


def test_an_event_that_is_not_declared_is_refused() -> None:
    with pytest.raises(HostEventError, match="not declared"):
        check_values(DealEdited(deal="7"))


@pytest.mark.usefixtures("_declared")
def test_a_class_that_inherits_a_declared_one_is_not_declared() -> None:
    @dataclass(frozen=True, kw_only=True)
    class More(DealEdited):
        more: str = field(default="")

    with pytest.raises(HostEventError, match="not declared"):
        check_values(More(deal="7"))
