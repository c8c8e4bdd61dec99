"""Every fault of a provider's options is found, and told without its value."""

from __future__ import annotations

import pytest

from otpguard.channels.option_rules import OptionRule, OptionRules, WrongOptionsError, visible
from otpguard.core.assurance import Channel

WORD = OptionRule(r"[a-z]+", "a word")


def rules() -> OptionRules:
    return OptionRules(connect=1.0, read=1.0)


def faults(found: OptionRules) -> tuple[str, ...]:
    with pytest.raises(WrongOptionsError) as raised:
        found.check()
    assert str(raised.value) == "; ".join(raised.value.faults)
    return raised.value.faults


def test_options_without_a_fault_raise_nothing() -> None:
    found = OptionRules(connect=1.0, read=1.0, base="https://acme.example")
    found.match("a", "word", WORD)
    found.match_if_given("b", "", WORD)
    found.match_each("c", {"de": "wort"}, WORD)
    found.together(d="", e="")
    found.either(f="x", g="")
    found.flag("h", True)
    found.digits(6)
    assert found.channels(["sms", Channel.VOICE], set(Channel)) == {Channel.SMS, Channel.VOICE}
    found.check()


def test_all_faults_are_told_together_and_no_value() -> None:
    found = OptionRules(connect=0, read=1.0, base="http://hush.example")
    found.match("a", "hush hush", visible("visible"))
    found.match("b", 5, WORD)
    found.match("c", "w\u00f6rd", WORD)
    found.match("d", "word\n", WORD)
    found.match_if_given("e", None, WORD)
    found.match_each("f", {"de": "HUSH"}, WORD)
    found.match_each("g", ["de"], WORD)
    found.together(h="hush", i="")
    found.either(j="hush", k="hush")
    found.either(l="", m="")
    found.flag("n", 1)
    found.digits("6")
    told = faults(found)
    assert [fault.split(" ", 1)[0] for fault in told] == [
        *("connect,", "base:", "a", "b", "c", "d", "e", "f['de']", "g"),
        *("h", "one", "one", "n", "digits"),
    ]
    assert not any("hush" in fault.lower() for fault in told)


@pytest.mark.parametrize("given", ["sms", [], ["pigeon"], ["sms", "email"], None, 7, [["sms"]]])
def test_channels_are_a_list_of_those_that_are_served(given: object) -> None:
    found = rules()
    assert found.channels(given, {Channel.SMS, Channel.VOICE}) <= {Channel.SMS}
    assert "sms, voice" in faults(found)[0]


@pytest.mark.parametrize("digits", [3, 9, 6.0, True, None])
def test_a_code_has_four_to_eight_digits(digits: object) -> None:
    found = rules()
    found.digits(digits)
    assert faults(found)
