"""A message is a keyword only if it is the word and nothing else."""

from __future__ import annotations

import pytest

from otpguard.core.keywords import Keyword, keyword_of


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("STOP", Keyword.STOP),
        (" stop. ", Keyword.STOP),
        ("Stop All", Keyword.STOP),
        ("opt-out", Keyword.STOP),
        ("Arrêt", Keyword.STOP),
        ("UNSUBSCRIBE", Keyword.STOP),
        ("Start", Keyword.START),
        ("unstop", Keyword.START),
        ("HELP", Keyword.HELP),
        ("help?", Keyword.HELP),
        ("Hilfe", Keyword.HELP),
        ("", None),
        ("481516", None),
        ("please do not stop", None),
        ("don't stop", None),
        ("stop" + " " * 100, None),
        ("\udcff", None),
    ],
)
def test_a_keyword_is_read(text: str, asks: Keyword | None) -> None:
    assert keyword_of(text) is asks
