"""What a review must look at: open writes, lost checkpoints, new doors."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.guard_list import GuardedPlace, How, PlaceKind, baseline_of, problems_of

GUARDED = ("billing_change",)
SENSITIVE = ("shop.Card",)


def place(**known: Any) -> GuardedPlace:
    return GuardedPlace(**{"kind": PlaceKind.URL, "path": "pay/", **known})


def said(found: GuardedPlace, baseline: dict[str, tuple[str, ...]] | None) -> list[str]:
    return [each.text for each in problems_of([found], baseline)]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (place(writes=SENSITIVE), "writes shop.Card without a checkpoint"),
        (place(writes=SENSITIVE, checkpoints=GUARDED), None),
        (place(writes=SENSITIVE, how=How.OWN), None),
        (place(writes=SENSITIVE, how=How.LOGIN), None),
        (place(), None),
    ],
)
def test_without_a_baseline_only_open_writes_count(found: GuardedPlace, text: str | None) -> None:
    assert said(found, None) == ([text] if text else [])


@pytest.mark.parametrize(
    ("found", "known", "text"),
    [
        (place(), {}, "is new and has no checkpoint"),
        (place(only_reads=True), {}, None),
        (place(checkpoints=GUARDED), {}, None),
        (place(writes=SENSITIVE, only_reads=True), {}, "writes shop.Card without a checkpoint"),
        (place(), {"url pay/": ()}, None),
        (place(writes=SENSITIVE), {"url pay/": ()}, None),
        (
            place(checkpoints=("api_key",)),
            {"url pay/": ("api_key", "role_grant")},
            "lost its checkpoint: role_grant",
        ),
        (place(checkpoints=(*GUARDED, "api_key")), {"url pay/": GUARDED}, None),
    ],
)
def test_with_a_baseline_what_was_accepted_is_known(
    found: GuardedPlace, known: dict[str, tuple[str, ...]], text: str | None
) -> None:
    assert said(found, known) == ([text] if text else [])


def test_a_lost_checkpoint_is_named() -> None:
    assert said(place(), {"url pay/": GUARDED}) == ["lost its checkpoint: billing_change"]


def test_what_is_accepted_now_has_no_problems_and_leaves_our_own_pages_out() -> None:
    places = [place(writes=SENSITIVE), place(path="login/", how=How.LOGIN)]
    accepted = baseline_of(places)
    assert accepted == {"url pay/": ()}
    assert problems_of(places, accepted) == []
