"""The fields of a policy in the words of people who administer an organization."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from otpguard.core.policy import RULES
from otpguard.core.policy_source import ValueSource
from otpguard.web.team.plain_policy import (
    FIELDS,
    SOURCES,
    TeamPolicyForm,
    bound_text,
    plain_label,
    plain_words,
)
from tests.house.plain_words import JARGON


def test_every_source_has_its_words_and_every_field_of_ours_is_one_of_the_policy() -> None:
    assert SOURCES.keys() == set(ValueSource)
    assert FIELDS.keys() <= RULES.keys()


@pytest.mark.parametrize("place", ["data_export", "login", "security_settings.factor_reset"])
def test_no_field_speaks_the_language_of_the_trade(place: str) -> None:
    for name, field in TeamPolicyForm(place=place).fields.items():
        for text in (field.label, field.help_text, plain_label(name)):
            assert not JARGON["en"].search(str(text)), (name, text)


def test_a_level_reads_by_what_it_takes() -> None:
    assert plain_words("required_level", "AAL2") == "a second way to confirm"
    assert plain_words("required_level", "AAL9") == "AAL9"


def test_a_bound_says_which_way_it_goes() -> None:
    assert bound_text("max_attempts", 5) == "At most: 5."
    assert bound_text("hold", 3600) == "At least: 1 h."
    assert bound_text("fallback_timeout", 8) == ""


def test_a_choice_without_the_passkey_is_refused_in_plain_words() -> None:
    form = TeamPolicyForm(QueryDict("allowed_factors=totp"), place="data_export")
    assert form.errors["allowed_factors"] == ["Tick the passkey as well: it always counts."]
