"""Every code of the core has a word for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from django.utils.functional import Promise

from otpguard import labels
from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.decision import Reason
from otpguard.core.events import CATALOG
from otpguard.core.route import Drop


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (labels.CHANNELS, Channel),
        (labels.FACTOR_KINDS, FactorKind),
        (labels.LEVELS, AssuranceLevel),
        (labels.REASONS, Reason),
        (labels.DROPS, Drop),
    ],
    ids=["channels", "kinds", "levels", "reasons", "drops"],
)
def test_a_table_has_one_translatable_text_for_each_code_and_no_other(
    table: Mapping[Any, Any], codes: Iterable[Any]
) -> None:
    assert set(table) == set(codes)
    for text in table.values():
        assert isinstance(text, Promise)
        assert str(text).strip()


def test_a_checkpoint_of_the_host_is_shown_under_the_hosts_own_label() -> None:
    own = Checkpoint(slug="payout", label="Pay out", shipped=False)
    assert labels.checkpoint_label(own) == "Pay out"
    assert str(labels.checkpoint_label(BUILT_IN["login"])) == "Log in"


@pytest.mark.parametrize("code", CATALOG.names())
def test_every_event_is_called_something_else_than_its_code(code: str) -> None:
    assert labels.event_label(code).strip() not in {"", code}


def test_an_event_of_a_later_release_is_shown_as_its_code() -> None:
    assert labels.event_label("moon.landed") == "moon.landed"


@pytest.mark.parametrize("slug", BUILT_IN)
def test_every_checkpoint_is_called_something_else_than_its_slug(slug: str) -> None:
    text = labels.checkpoint_label(BUILT_IN[slug])
    assert isinstance(text, Promise)
    assert str(text).strip() not in {"", slug}
