"""Proofs of work: three levels, and what a hosted captcha changes about them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from otpguard.core.pumping.visitor_form.work import (
    HARDEST,
    WORK_LEVELS,
    CaptchaAnswer,
    level_that_counts,
)


def test_the_levels_are_those_that_were_measured() -> None:
    table = {level: (each.cost, each.least, each.most) for level, each in WORK_LEVELS.items()}
    assert table == {1: (5_000, 50, 100), 2: (5_000, 200, 400), 3: (5_000, 800, 1_200)}


def test_each_level_is_harder_than_the_one_before() -> None:
    work = [(each.cost * each.least, each.cost * each.most) for each in WORK_LEVELS.values()]
    assert all(before[1] < after[0] for before, after in pairwise(work))


@pytest.mark.parametrize("captcha", [CaptchaAnswer.OFF, CaptchaAnswer.UNKNOWN])
@pytest.mark.parametrize("solved", range(HARDEST + 1))
def test_without_the_word_of_a_captcha_the_puzzle_counts_as_it_is(
    solved: int, captcha: CaptchaAnswer
) -> None:
    assert level_that_counts(solved, captcha) == solved


@pytest.mark.parametrize(
    ("solved", "captcha", "counts"),
    [
        (0, CaptchaAnswer.PASSED, HARDEST),
        (2, CaptchaAnswer.PASSED, HARDEST),
        (3, CaptchaAnswer.FAILED, 1),
        (3, CaptchaAnswer.MISSING, 1),
        (1, CaptchaAnswer.MISSING, 1),
        (0, CaptchaAnswer.FAILED, 0),
    ],
)
def test_a_captcha_decides_about_all_but_the_lowest_level(
    solved: int, captcha: CaptchaAnswer, counts: int
) -> None:
    assert level_that_counts(solved, captcha) == counts
