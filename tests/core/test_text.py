"""Texts of the core are marked where they stand and translated where they are shown."""

from __future__ import annotations

from django.utils import translation

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.text import gettext_noop
from otpguard.labels import checkpoint_label


def test_marking_changes_nothing() -> None:
    assert gettext_noop("Log in") == "Log in"


def test_a_marked_text_is_translated_when_shown() -> None:
    with translation.override("de"):
        assert str(checkpoint_label(BUILT_IN["data_export"])) != BUILT_IN["data_export"].label
