"""Read values of the setting, and report mistakes in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the setting: the number of its check, and what to do about it."""

    check: str
    message: str


class SettingsError(ValueError):
    """A value in the setting is wrong. Carries the number of the check that reports it."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(check, message)


def of_type(value: object, wanted: type[Any]) -> Any:  # noqa: ANN401 (the type asked for)
    """The value, when it is of that type; whole numbers are never negative. Raises SettingsError.

    True and False do not count as whole numbers.
    """
    if not isinstance(value, wanted) or (wanted is int and (isinstance(value, bool) or value < 0)):
        raise SettingsError("otpguard.E002", f"must be of type {wanted.__name__}, is {value!r}")
    return value


def names(value: object) -> tuple[str, ...]:
    """A list of strings. Raises SettingsError for anything else, a single string among it."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise SettingsError("otpguard.E002", "must be a list of strings")
    return tuple(value)


def mapping(value: object) -> Mapping[str, Any]:
    """A dictionary whose keys are strings. Raises SettingsError."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise SettingsError("otpguard.E002", "must be a dictionary with string keys")
    return value
