"""TEST_NUMBERS are read strictly: whole numbers, whole codes."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf.fixed_codes import read_test_numbers
from otpguard.conf.values import SettingsError
from otpguard.core.codes import Code


def test_numbers_are_read_as_people_write_them() -> None:
    found = read_test_numbers({"+1 201 555 0123": "424242", "+49 1512 3456789": "000000"})
    assert found == {"+12015550123": Code("424242"), "+4915123456789": Code("000000")}
    assert "424242" not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"2015550123": "424242"}, "country code"),
        ({"+1": "424242"}, "country code"),
        ({"+12015550123": "42424"}, "6 digits"),
        ({"+12015550123": "4242424"}, "6 digits"),
        ({"+12015550123": 424242}, "6 digits"),
        ({"+12015550123": "42424²"}, "6 digits"),
        (["+12015550123"], "dictionary"),
    ],
)
def test_anything_else_is_refused_and_no_number_is_shown(wrong: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        read_test_numbers(wrong)
    assert refused.value.problem.check == "otpguard.E002"
    assert "5550123" not in str(refused.value)
