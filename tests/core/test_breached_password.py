"""Lists of breached passwords, as values."""

from __future__ import annotations

from otpguard.admin.tables.code_words import code_words
from otpguard.core.breached_password import PasswordList


def test_each_list_has_words_for_the_log() -> None:
    for each in PasswordList:
        assert "breached passwords" in code_words(each.value)
