"""Messages: what they say, what they never say, and that a text message is one segment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.channels.messages import Wording, compose
from otpguard.core.assurance import Channel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.codes import Code

CODE = Code("123456")
WORDING = Wording(checkpoint="api_key", brand="Acme", minutes=10, host="app.acme.example")
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
ONE_SEGMENT = 160
WIDEST = replace(WORDING, brand="B" * 30, minutes=59, host="h" * 30)


def septets(text: str) -> int:
    """The length of a text in GSM 7-bit characters. Raises ValueError for any other character."""
    strange = set(text) - GSM_BASIC - GSM_EXTENDED
    if strange:
        raise ValueError(f"not in the GSM alphabet: {sorted(strange)}")
    return sum(2 if char in GSM_EXTENDED else 1 for char in text)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("slug", BUILT_IN)
def test_a_text_message_fits_one_segment(slug: str, language: str) -> None:
    _, text = compose(Channel.SMS, CODE, replace(WIDEST, checkpoint=slug, language=language))
    assert septets(text) <= ONE_SEGMENT, (septets(text), text)


@pytest.mark.parametrize("slug", BUILT_IN)
def test_the_widest_brand_and_host_that_are_promised_fit_one_segment(slug: str) -> None:
    widest = replace(WORDING, checkpoint=slug, brand="B" * 20, host="h" * 40, language="en")
    _, text = compose(Channel.SMS, CODE, widest)
    assert septets(text) <= ONE_SEGMENT, (septets(text), text)
    assert text.splitlines()[-1] == f"@{'h' * 40} #123456"
    assert "We never call to ask for it." in text


def test_the_measure_sees_a_typographic_quote_and_counts_a_bracket_twice() -> None:
    assert septets("[ok]") == 6
    with pytest.raises(ValueError, match="not in the GSM alphabet"):
        septets("it\u2019s")


def test_the_last_line_of_a_text_message_binds_the_code_to_the_host() -> None:
    _, text = compose(Channel.SMS, CODE, replace(WORDING, host="app.acme.example:8000"))
    assert text.splitlines()[-1] == "@app.acme.example #123456"
    assert len(text.splitlines()) == 2


def test_without_a_host_a_text_message_has_no_binding_line() -> None:
    _, text = compose(Channel.SMS, CODE, replace(WORDING, host=""))
    assert "@" not in text
    assert text.startswith("Acme code 123456: Create or rotate an API key.")


@pytest.mark.parametrize("channel", Channel)
def test_every_message_names_brand_action_and_code_and_that_nobody_calls(channel: Channel) -> None:
    subject, text = compose(channel, CODE, WORDING)
    assert "Acme" in text
    assert "Create or rotate an API key" in text
    assert (CODE.spoken if channel is Channel.VOICE else CODE.digits) in text
    assert "we never call to ask for it" in text.lower()
    assert text == text.strip()
    assert bool(subject) is (channel is Channel.EMAIL)


def test_a_voice_says_the_digits_apart_and_twice() -> None:
    _, text = compose(Channel.VOICE, CODE, WORDING)
    assert text.count("1, 2, 3, 4, 5, 6") == 2
    assert "123456" not in text


def test_the_subject_of_a_mail_is_one_line_without_the_code() -> None:
    subject, text = compose(Channel.EMAIL, CODE, WORDING)
    assert subject == 'Acme: your code for "Create or rotate an API key"'
    assert "123456" in text
    assert "Enter it on app.acme.example only." in text
    assert "10 minutes" in text


@pytest.mark.parametrize("channel", Channel)
def test_nothing_in_a_message_is_escaped_for_html(channel: Channel) -> None:
    subject, text = compose(channel, CODE, replace(WORDING, brand="Müller & 'Söhne'"))
    assert "Müller & 'Söhne'" in text
    assert "&amp;" not in subject + text


def test_a_message_speaks_the_language_of_its_challenge() -> None:
    subject, text = compose(Channel.EMAIL, CODE, replace(WORDING, language="de"))
    assert subject == "Acme: Ihr Code für „API-Schlüssel anlegen oder erneuern“"
    assert "Minuten" in text


def test_a_single_minute_is_singular() -> None:
    _, text = compose(Channel.WHATSAPP, CODE, replace(WORDING, minutes=1))
    assert "It is valid for 1 minute." in text
