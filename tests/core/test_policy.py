"""What a policy's own declaration promises."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_caps import TTL_CAP, minutes
from otpguard.core.policy_choices import Enforcement, UserVerification
from tests.core.strategies import WISHED_VALUES


def test_every_field_has_a_rule_and_every_law_is_used() -> None:
    assert list(RULES) == [each.name for each in fields(Policy)]
    assert {rule.law for rule in RULES.values()} == {HIGHER, LOWER, FEWER, FREE}


def test_only_enforcement_is_the_sites_alone() -> None:
    assert [name for name, rule in RULES.items() if rule.site_only] == ["enforcement"]


@given(data=st.data())
@pytest.mark.parametrize("name", list(RULES))
def test_a_value_of_every_field_survives_its_json_form(name: str, data: st.DataObject) -> None:
    values, value = RULES[name].values, data.draw(WISHED_VALUES[name])
    assert values.read(values.write(value)) == value


@pytest.mark.parametrize("name", list(RULES))
def test_no_wish_can_exceed_a_cap_that_counts_at_every_level(name: str) -> None:
    rule = RULES[name]
    if set(rule.caps) == set(AssuranceLevel):
        loosest = rule.caps[AssuranceLevel.AAL1]
        assert rule.values.read(rule.values.write(loosest)) == loosest
        with pytest.raises(ValueError, match="from"):
            rule.values.read(rule.values.write(loosest) + 1)


def test_the_caps_are_those_of_nist() -> None:
    assert {level: RULES["ttl"].caps[level] for level in AssuranceLevel} == TTL_CAP
    assert TTL_CAP[AssuranceLevel.AAL3] == minutes(15)
    assert set(RULES["code_ttl"].caps.values()) == {minutes(10)}
    assert set(RULES["max_attempts"].caps.values()) == {5}


def test_what_a_checkpoint_asks_when_it_says_nothing() -> None:
    assert Policy() == Policy(
        active=True,
        required_level=AssuranceLevel.AAL2,
        ttl=minutes(20),
        binds_intent=False,
        allowed_factors=frozenset(shipped_kinds.SHIPPED),
        allowed_channels=frozenset(Channel),
        preferred_methods=(Channel.SMS, Channel.WHATSAPP, Channel.VOICE, Channel.EMAIL),
        preferred_methods_by_country=(),
        fallback_timeout=minutes(8 / 60),
        code_ttl=minutes(5),
        max_attempts=5,
        user_verification=UserVerification.PREFERRED,
        attested_only=False,
        hold=minutes(0),
        enforcement=Enforcement.ENFORCE,
    )
