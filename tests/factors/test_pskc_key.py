"""The key protection of PSKC: the examples of RFC 6030, and no secret without its key and MAC."""

from __future__ import annotations

import os
import re

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from otpguard.core.token_file import WrongTokenError
from otpguard.factors.pskc_key import Protection
from otpguard.factors.pskc_xml import Element, parse_xml
from tests import pskc
from tests.pskc import RFC_FIGURE_6, RFC_FIGURE_7, RFC_KEY, RFC_PASSPHRASE, RFC_SECRET, SHARED

PATH = ("KeyPackage", "Key", "Data", "Secret")
WRONG_KEY = "The secret cannot be decrypted: the key is wrong, or the file was changed."
UNSUPPORTED = "The secret is protected in a way that is not supported."


def secret_of(content: str, key: str) -> bytes:
    container = parse_xml(content)
    secret = container.at(*PATH)
    assert secret is not None
    return Protection(container, key).secret_of(secret)


def refused(content: str, key: str) -> str:
    with pytest.raises(WrongTokenError) as caught:
        secret_of(content, key)
    return str(caught.value)


def file(secret: str, head: str = SHARED) -> str:
    return pskc.container(pskc.token(secret), head=head)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (RFC_FIGURE_6, RFC_KEY),
        (RFC_FIGURE_6, "EjRWeJASNFZ4kBI0VniQEg=="),
        (RFC_FIGURE_6, " 1234 5678 9012 3456 7890 1234 5678 9012 "),
        (RFC_FIGURE_7, RFC_PASSPHRASE),
    ],
)
def test_the_examples_of_the_standard(content: str, key: str) -> None:
    assert secret_of(content, key) == RFC_SECRET


@pytest.mark.parametrize("length", [16, 24, 32])
def test_every_length_of_key_and_every_way_of_encryption(length: int) -> None:
    key, wrapped = os.urandom(length), bytes(range(24))
    assert secret_of(file(pskc.cbc(RFC_SECRET, key)), key.hex()) == RFC_SECRET
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, RFC_SECRET, None)
    gcm = f"http://www.w3.org/2009/xmlenc11#aes{length * 8}-gcm"
    assert secret_of(file(pskc.encrypted(gcm, sealed)), key.hex()) == RFC_SECRET
    kw = f"{pskc.XENC}kw-aes{length * 8}"
    assert secret_of(file(pskc.encrypted(kw, aes_key_wrap(key, wrapped))), key.hex()) == wrapped
    other = os.urandom(length).hex()
    for value in (pskc.encrypted(gcm, sealed), pskc.encrypted(kw, aes_key_wrap(key, wrapped))):
        assert refused(file(value), other) == WRONG_KEY


def test_nothing_is_decrypted_that_was_changed_or_is_under_another_key() -> None:
    key = os.urandom(16)
    value = pskc.cbc(RFC_SECRET, key)
    assert refused(file(value), os.urandom(16).hex()) == WRONG_KEY
    assert refused(file(value), os.urandom(32).hex()) == WRONG_KEY
    other = pskc.cbc(bytes(20), key)
    mac = re.search("<ValueMAC>.*</ValueMAC>", other)
    assert mac is not None
    swapped = re.sub("<ValueMAC>.*</ValueMAC>", mac[0], value)
    assert refused(file(swapped), key.hex()) == WRONG_KEY
    assert refused(RFC_FIGURE_7, "querty") == WRONG_KEY


def test_a_secret_without_a_mac_is_not_believed() -> None:
    key = os.urandom(16)
    bare = re.sub("<ValueMAC>.*</ValueMAC>", "", pskc.cbc(RFC_SECRET, key))
    assert "anybody could have changed it" in refused(file(bare), key.hex())
    unsaid = SHARED.partition("<MACMethod")[0]
    assert "anybody" in refused(file(pskc.cbc(RFC_SECRET, key), head=unsaid), key.hex())
    weak = SHARED.replace("hmac-sha1", "hmac-md5")
    assert "anybody" in refused(file(pskc.cbc(RFC_SECRET, key), head=weak), key.hex())


def test_where_there_is_a_key_a_secret_that_is_not_encrypted_is_not_believed() -> None:
    key = os.urandom(16).hex()
    for head in (SHARED, ""):
        assert "not encrypted" in refused(file(pskc.plain(RFC_SECRET), head=head), key)
    assert secret_of(file(pskc.plain(RFC_SECRET), head=""), "") == RFC_SECRET


def test_a_passphrase_that_no_text_can_hold_is_a_wrong_one() -> None:
    assert refused(RFC_FIGURE_7, "querty\udc80") == WRONG_KEY


@pytest.mark.parametrize("method", ["tripledes-cbc", "aes128-ctr", "rsa-1_5", ""])
def test_other_ways_of_encryption_are_refused(method: str) -> None:
    value = pskc.encrypted(f"{pskc.XENC}{method}", bytes(48), bytes(20))
    assert refused(file(value), RFC_KEY) == UNSUPPORTED


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("#pbkdf2", "#scrypt", UNSUPPORTED),
        (">1000<", ">0<", UNSUPPORTED),
        (">1000<", ">10000001<", UNSUPPORTED),
        (">1000<", ">many<", "The secret cannot be read."),
        pytest.param(">1000<", f">{'9' * 5000}<", "The secret cannot be read.", id="rounds"),
        pytest.param(">16<", f">{'9' * 5000}<", "The secret cannot be read.", id="length"),
        (">16<", ">17<", UNSUPPORTED),
        ("<PRF/>", '<PRF Algorithm="http://example.com/hmac"/>', UNSUPPORTED),
        ("Ej7/PEpyEpw=", "?", "The secret cannot be read."),
    ],
)
def test_a_derivation_that_is_not_read_is_refused(old: str, new: str, said: str) -> None:
    assert old in RFC_FIGURE_7
    assert refused(RFC_FIGURE_7.replace(old, new), RFC_PASSPHRASE) == said


def checked(content: str, key: str) -> tuple[int, str] | None:
    return Protection(parse_xml(content), key).check()


def test_what_makes_every_secret_unreadable_is_said_once() -> None:
    asks = "The file is encrypted: give its key or passphrase."
    assert checked(RFC_FIGURE_6, "") == (4, asks)
    assert checked(RFC_FIGURE_7, "") == (5, asks)
    assert checked(RFC_FIGURE_6, "1234") == (
        4,
        "The key must have 128, 192 or 256 bits, in hex or base64.",
    )
    certified = RFC_FIGURE_6.replace("ds:KeyName", "ds:X509Data")
    assert checked(certified, RFC_KEY) == (4, UNSUPPORTED)
    assert checked(RFC_FIGURE_6, RFC_KEY) is None
    assert checked(file(pskc.plain(RFC_SECRET), head=""), "") is None


def test_a_secret_that_is_not_there_is_missing() -> None:
    protection = Protection(Element(name="KeyContainer", space="", line=1), "")
    with pytest.raises(WrongTokenError, match="missing"):
        protection.secret_of(Element(name="Secret", space="", line=1))
