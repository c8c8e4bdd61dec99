"""Messages: what they say, what they never say, and that a text message is one segment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.channels.messages import Wording, compose_code
from otpguard.core.assurance import Channel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.codes import Code
from otpguard.core.segments import ONE_SEGMENT, segments, septets
from tests.po_files import LANGUAGES

CODE = Code("123456")
WORDING = Wording(checkpoint="api_key", brand="Acme", minutes=10, host="app.acme.example")
WIDEST = replace(WORDING, brand="B" * 30, minutes=59, host="h" * 30)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_fits_one_segment(language: str) -> None:
    for slug in BUILT_IN:
        wording = replace(WIDEST, checkpoint=slug, language=language)
        _, text = compose_code(Channel.SMS, CODE, wording)
        assert septets(text) <= ONE_SEGMENT, (slug, septets(text), text)


def test_the_widest_brand_and_host_that_are_promised_fit_one_segment() -> None:
    for slug in BUILT_IN:
        widest = replace(WORDING, checkpoint=slug, brand="B" * 20, host="h" * 40, language="en")
        _, text = compose_code(Channel.SMS, CODE, widest)
        assert septets(text) <= ONE_SEGMENT, (slug, septets(text), text)
        assert text.splitlines()[-1] == f"@{'h' * 40} #123456", slug
        assert "We never call to ask for it." in text, slug


def test_the_measure_sees_a_typographic_quote_and_counts_a_bracket_twice() -> None:
    assert septets("[ok]") == 6
    with pytest.raises(ValueError, match="not in the GSM alphabet"):
        septets("it\u2019s")


def test_the_last_line_of_a_text_message_binds_the_code_to_the_host() -> None:
    _, text = compose_code(Channel.SMS, CODE, replace(WORDING, host="app.acme.example:8000"))
    assert text.splitlines()[-1] == "@app.acme.example #123456"
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize(
    ("host", "bound"),
    [("[::1]:8000", "[::1]"), ("[2001:db8::7]", "[2001:db8::7]"), ("10.0.0.7:80", "10.0.0.7")],
)
def test_an_address_is_bound_without_its_port(host: str, bound: str) -> None:
    _, text = compose_code(Channel.SMS, CODE, replace(WORDING, host=host))
    assert text.splitlines()[-1] == f"@{bound} #{CODE.digits}"


def test_without_a_host_a_text_message_has_no_binding_line() -> None:
    _, text = compose_code(Channel.SMS, CODE, replace(WORDING, host=""))
    assert "@" not in text
    assert text.startswith("Acme code 123456: Create or rotate an API key.")


@pytest.mark.parametrize("channel", Channel)
def test_every_message_names_brand_action_and_code_and_that_nobody_calls(channel: Channel) -> None:
    subject, text = compose_code(channel, CODE, WORDING)
    assert "Acme" in text
    assert "Create or rotate an API key" in text
    assert (CODE.spoken if channel is Channel.VOICE else CODE.digits) in text
    assert "we never call to ask for it" in text.lower()
    assert text == text.strip()
    assert bool(subject) is (channel is Channel.EMAIL)


def test_a_voice_says_the_digits_apart_and_twice() -> None:
    _, text = compose_code(Channel.VOICE, CODE, WORDING)
    assert text.count("1, 2, 3, 4, 5, 6") == 2
    assert "123456" not in text


def test_the_subject_of_an_email_is_one_line_without_the_code() -> None:
    subject, text = compose_code(Channel.EMAIL, CODE, WORDING)
    assert subject == 'Acme: your code for "Create or rotate an API key"'
    assert "123456" in text
    assert "Enter it on app.acme.example only." in text
    assert "10 minutes" in text


@pytest.mark.parametrize("channel", Channel)
def test_nothing_in_a_message_is_escaped_for_html(channel: Channel) -> None:
    subject, text = compose_code(channel, CODE, replace(WORDING, brand="Müller & 'Söhne'"))
    assert "Müller & 'Söhne'" in text
    assert "&amp;" not in subject + text


def test_a_text_message_leaves_out_accents_but_those_of_a_brand_that_needs_them() -> None:
    spanish = replace(WORDING, checkpoint="login", language="es")
    _, text = compose_code(Channel.SMS, CODE, spanish)
    assert text.startswith("Codigo 123456 de Acme: Iniciar sesion.")
    _, text = compose_code(Channel.SMS, CODE, replace(spanish, brand="Pelícano"))
    assert text.startswith("Código 123456 de Pelícano: Iniciar sesión.")
    assert segments(text) == 2
    assert "Iniciar sesión" in compose_code(Channel.EMAIL, CODE, spanish)[1]


def test_a_message_speaks_the_language_of_its_challenge() -> None:
    subject, text = compose_code(Channel.EMAIL, CODE, replace(WORDING, language="de"))
    assert subject == "Acme: Ihr Code für „API-Schlüssel anlegen oder erneuern“"
    assert "Minuten" in text


def test_a_single_minute_is_singular() -> None:
    _, text = compose_code(Channel.WHATSAPP, CODE, replace(WORDING, minutes=1))
    assert "It is valid for 1 minute." in text
