"""Policy fields and values in words; a value of another release is shown as it is."""

from __future__ import annotations

from otpguard.forms.team.policy_text import field_label, words


def test_a_field_and_its_value_read_as_words() -> None:
    assert (field_label("max_attempts"), words("hold", 86_400)) == ("Tries per code", "24 h")


def test_what_another_release_had_is_shown_as_it_is() -> None:
    assert (field_label("toy"), words("toy", "odd")) == ("toy", "odd")
