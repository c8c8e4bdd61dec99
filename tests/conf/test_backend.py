"""A class by dotted path with options."""

from __future__ import annotations

import pytest

from otpguard.conf.backend import BackendConfig, read_backend
from otpguard.conf.values import SettingsError


def test_a_path_stands_alone_or_with_options() -> None:
    assert read_backend({"BACKEND": "a.B"}) == BackendConfig(backend="a.B", options={})
    full = read_backend({"BACKEND": "a.B", "OPTIONS": {"url": "x"}})
    assert full == BackendConfig(backend="a.B", options={"url": "x"})


@pytest.mark.parametrize(
    ("value", "check", "words"),
    [
        ("a.B", "otpguard.E002", "needs a BACKEND"),
        ({}, "otpguard.E002", "needs a BACKEND"),
        ({"BACKEND": 5}, "otpguard.E002", "needs a BACKEND"),
        ({"BACKEND": "a.B", "OPTION": {}}, "otpguard.E001", 'did you mean "OPTIONS"'),
        ({"BACKEND": "a.B", 5: {}}, "otpguard.E001", 'unknown "5"'),
        ({"BACKEND": "a.B", "OPTIONS": []}, "otpguard.E002", "dictionary"),
    ],
)
def test_a_mistake_has_the_number_of_its_check(value: object, check: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        read_backend(value)
    assert raised.value.problem.check == check
