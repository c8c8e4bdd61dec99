"""Ours count on, and of the vendors' codes the newest one that a vendor has taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.sent_codes import first_with_same_code, is_replaced, open_vendor_step


@dataclass(frozen=True)
class Sent:
    step: int
    remote: bool
    provider_ref: str | None


Kinds = Sequence[tuple[bool, str | None]]
kinds = st.lists(st.tuples(st.booleans(), st.sampled_from([None, "", "ref"])), max_size=6)


def sent(found: Kinds) -> list[Sent]:
    return [
        Sent(step=step, remote=remote, provider_ref=reference)
        for step, (remote, reference) in enumerate(found)
    ]


@given(kinds)
def test_at_most_one_vendors_step_is_open_and_it_is_the_newest_one_taken(found: Kinds) -> None:
    steps = sent(found)
    newest = open_vendor_step(steps)
    taken = [each for each in steps if each.remote and each.provider_ref]
    assert newest == (taken[-1] if taken else None)
    assert open_vendor_step(steps[::-1]) == newest
    assert [each for each in taken if not is_replaced(each, steps)] == taken[-1:]


@given(kinds)
def test_digits_of_ours_are_never_replaced(found: Kinds) -> None:
    steps = sent(found)
    assert not any(is_replaced(each, steps) for each in steps if not each.remote)


@given(kinds)
def test_all_steps_of_ours_carry_one_code_and_each_vendors_its_own(found: Kinds) -> None:
    steps = sent(found)
    ours = [each for each in steps if not each.remote]
    assert {first_with_same_code(each, steps) for each in ours} == {each.step for each in ours[:1]}
    for each in steps:
        assert not each.remote or first_with_same_code(each, steps) == each.step


def test_a_step_that_its_vendor_has_not_taken_closes_nothing() -> None:
    steps = sent([(True, "ref"), (True, None), (False, "ref")])
    assert open_vendor_step(steps) == steps[0]
    assert not is_replaced(steps[0], steps)
