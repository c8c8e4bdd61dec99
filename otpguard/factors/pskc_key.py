"""How a PSKC file protects its secrets: the key, the encryption and the MAC (RFC 6030, 6)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from otpguard.core.secrets import same
from otpguard.core.text import gettext_noop as _
from otpguard.core.token_file import WrongTokenError
from otpguard.factors.pskc_xml import Element

MOST_ITERATIONS: Final = 10_000_000
"""For PBKDF2: some seconds. More would let a file keep a server busy."""
KEY_BYTES: Final = frozenset({16, 24, 32})
_LONGEST_COUNT = 9
"""Digits of a count that is read; Python reads none of 4,300 digits."""
_BLOCK = 16
_GCM_NONCE = 12

_XENC, _XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
_CIPHERS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        uri.format(length * 8): (mode, length)
        for length in sorted(KEY_BYTES)
        for uri, mode in (
            (_XENC + "aes{}-cbc", "cbc"),
            (_XENC + "kw-aes{}", "kw"),
            (_XENC11 + "aes{}-gcm", "gcm"),
        )
    }
)
"""The algorithms that are read: how each works, and the bytes of its key."""

_WRONG_KEY = _("The secret cannot be decrypted: the key is wrong, or the file was changed.")
_UNREADABLE = _("The secret cannot be read.")
_NOT_ENCRYPTED = _("The secret is not encrypted, though there is a key: the file may be changed.")
_UNSUPPORTED = _("The secret is protected in a way that is not supported.")

_HASHES: Mapping[str, str] = MappingProxyType(
    {
        "": "sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha224": "sha224",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384": "sha384",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
    }
)
"""Of MACs and of PBKDF2, which uses the first unless it says another."""


class Protection:
    """What a container says about its protection, and the key that came with it.

    `key` is the passphrase that the key is derived from, or the pre-shared key in hex or base64.
    """

    def __init__(self, container: Element, key: str) -> None:
        self._encryption = container.at("EncryptionKey")
        self._mac = container.at("MACMethod")
        self._given = key
        self._key: bytes | None = None
        self._mac_key: bytes | None = None

    def check(self) -> tuple[int, str] | None:
        """The line and text of the mistake that makes every secret unreadable, if there is one."""
        if self._encryption is None:
            return None
        try:
            self._encryption_key()
        except WrongTokenError as error:
            return self._encryption.line, str(error)
        return None

    def secret_of(self, data: Element) -> bytes:
        """The bytes of a value, plain or encrypted. Raises WrongTokenError.

        A plain one only where neither the file nor the caller has a key: otherwise anybody on the
        file's way here could have put a secret of theirs in the place of one that a MAC vouches
        for.
        """
        plain = data.at("PlainValue")
        if plain is not None:
            if self._given or self._encryption is not None:
                raise WrongTokenError(_NOT_ENCRYPTED)
            return _bytes_of(plain.text)
        value = data.at("EncryptedValue")
        if value is None:
            raise WrongTokenError(_("The secret is missing."))
        mac = data.at("ValueMAC")
        return self._decrypted(value, _bytes_of(mac.text) if mac else b"")

    def _decrypted(self, value: Element, mac: bytes) -> bytes:
        cipher = _bytes_of(value.text_at("CipherData", "CipherValue"))
        method = _algorithm(value.at("EncryptionMethod"))
        if _CIPHERS.get(method, ("", 0))[0] == "cbc":
            # Without one anybody could have changed it (RFC 6030, 6.1.1).
            self._check_mac(cipher, mac)
        return _decrypt(method, self._encryption_key(), cipher)

    def _check_mac(self, cipher: bytes, mac: bytes) -> None:
        name = _HASHES.get(_algorithm(self._mac) if self._mac else "")
        if self._mac is None or not mac or name is None:
            raise WrongTokenError(
                _("The secret has no MAC that is supported, so anybody could have changed it.")
            )
        if self._mac_key is None:
            own = self._mac.at("MACKey")
            self._mac_key = (
                _decrypt(
                    _algorithm(own.at("EncryptionMethod")),
                    self._encryption_key(),
                    _bytes_of(own.text_at("CipherData", "CipherValue")),
                )
                if own is not None
                else self._encryption_key()
            )
        if not same(hmac.new(self._mac_key, cipher, name).digest(), mac):
            raise WrongTokenError(_WRONG_KEY)

    def _encryption_key(self) -> bytes:
        if self._key is None:
            self._key = self._made_key()
        return self._key

    def _made_key(self) -> bytes:
        if not self._given:
            raise WrongTokenError(_("The file is encrypted: give its key or passphrase."))
        named = self._encryption
        method = named.at("DerivedKey", "KeyDerivationMethod") if named else None
        if method is not None:
            return _derived(method, self._given)
        if named is not None and named.at("X509Data") is not None:
            raise WrongTokenError(_UNSUPPORTED)
        return _shared(self._given)


def _derived(method: Element, passphrase: str) -> bytes:
    """A key from a passphrase: PBKDF2 (RFC 8018, 5.2)."""
    name = _HASHES.get(_algorithm(method.at("PBKDF2-params", "PRF")))
    if not _algorithm(method).lower().endswith("#pbkdf2") or name is None:
        raise WrongTokenError(_UNSUPPORTED)
    salt = _bytes_of(method.text_at("PBKDF2-params", "Salt", "Specified"))
    rounds = method.text_at("PBKDF2-params", "IterationCount")
    length = method.text_at("PBKDF2-params", "KeyLength") or str(_BLOCK)
    if not (_is_count(rounds) and _is_count(length)):
        raise WrongTokenError(_UNREADABLE)
    if int(length) not in KEY_BYTES or not 0 < int(rounds) <= MOST_ITERATIONS:
        raise WrongTokenError(_UNSUPPORTED)
    phrase = passphrase.encode(errors="surrogatepass")
    return hashlib.pbkdf2_hmac(name, phrase, salt, int(rounds), int(length))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT


def _shared(text: str) -> bytes:
    """A pre-shared key in hex or base64."""
    bare = "".join(text.split())
    readers: tuple[Callable[[str], bytes], ...] = (
        bytes.fromhex,
        lambda given: b64decode(given, validate=True),
    )
    for read in readers:
        try:
            key = read(bare)
        except ValueError:
            continue
        if len(key) in KEY_BYTES:
            return key
    raise WrongTokenError(_("The key must have 128, 192 or 256 bits, in hex or base64."))


def _decrypt(method: str, key: bytes, cipher: bytes) -> bytes:
    """The plain bytes, by an algorithm of XML Encryption. Raises WrongTokenError."""
    mode, length = _CIPHERS.get(method, ("", 0))
    if not mode:
        raise WrongTokenError(_UNSUPPORTED)
    try:
        if len(key) == length:
            return _MODES[mode](key, cipher)
    except (ValueError, InvalidTag, InvalidUnwrap):
        pass  # said below, without what went wrong inside
    raise WrongTokenError(_WRONG_KEY)


def _gcm(key: bytes, cipher: bytes) -> bytes:
    return AESGCM(key).decrypt(cipher[:_GCM_NONCE], cipher[_GCM_NONCE:], None)


def _cbc(key: bytes, cipher: bytes) -> bytes:
    decryptor = Cipher(AES(key), modes.CBC(cipher[:_BLOCK])).decryptor()
    return decryptor.update(cipher[_BLOCK:]) + decryptor.finalize()


def _unpadded(padded: bytes) -> bytes:
    """Without the padding of XML Encryption, 5.2: its last byte counts it."""
    count = padded[-1] if padded else 0
    if not 0 < count <= _BLOCK:
        raise ValueError("not padded")
    return padded[:-count]


_MODES: Mapping[str, Callable[[bytes, bytes], bytes]] = MappingProxyType(
    {"cbc": lambda key, cipher: _unpadded(_cbc(key, cipher)), "gcm": _gcm, "kw": aes_key_unwrap}
)


def _algorithm(element: Element | None) -> str:
    return element.attributes.get("Algorithm", "") if element else ""


def _bytes_of(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise WrongTokenError(_UNREADABLE) from None
