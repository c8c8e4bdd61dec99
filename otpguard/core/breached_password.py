"""Lists of breached passwords, as values."""

from __future__ import annotations

from enum import StrEnum


class PasswordList(StrEnum):
    """Which kind of list was asked, as events name it."""

    RANGE = "range_list"
    FILE = "file_list"
