"""How vendors sign what they send us, and how we sign what we send them. Pure functions of bytes.

Every comparison is in constant time. None raises for what a stranger may send.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from otpguard.core.secrets import same

LONGEST_TOKEN = 8192
"""Characters of a JSON Web Token that are looked at."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


# --- Twilio: X-Twilio-Signature ------------------------------------------------------------------


def twilio(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Base64 of HMAC-SHA1 over the URL and each distinct field in order.

    After twilio-python's request_validator. SHA-1 is the vendor's choice; as a MAC it still holds.
    """
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    raw = signed.encode(errors="surrogatepass")
    return b64encode(hmac.new(token.encode(), raw, "sha1").digest()).decode()


def is_twilio(
    given: str, *, token: str, url: str, body: bytes, fields: Iterable[tuple[str, str]] | None
) -> bool:
    """True when Twilio signed this URL and body.

    `fields` are those of a form. For any other body, None, the URL itself carries and so signs the
    body's SHA-256; without one only an empty body is taken. The URL may have been signed with its
    default port or with none.
    """
    if fields is None:
        fields = ()
        stated = parse_qs(urlsplit(url).query).get("bodySHA256", [])
        if body and not (len(stated) == 1 and same(stated[0], sha256(body).hexdigest())):
            return False
    wanted = tuple(fields)
    matched = [same(given, twilio(token, each, wanted)) for each in _spellings(url)]
    return any(matched)


def _spellings(url: str) -> tuple[str, str]:
    """The URL with its default port where it has none, and without any port."""
    parts = urlsplit(url)
    host, colon, port = parts.netloc.rpartition(":")
    if not colon or not port.isdigit():
        host = parts.netloc
    default = _DEFAULT_PORTS.get(parts.scheme)
    with_port = parts.netloc if host != parts.netloc or default is None else f"{host}:{default}"
    rest = url.partition("://")[2][len(parts.netloc) :]
    return f"{parts.scheme}://{with_port}{rest}", f"{parts.scheme}://{host}{rest}"


# --- Meta: X-Hub-Signature-256 -------------------------------------------------------------------


def hub(secret: str, body: bytes) -> str:
    """The value of the header for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


# --- Sinch: "Application" ------------------------------------------------------------------------


def sinch(
    secret: str, *, method: str, path: str, content_type: str, timestamp: str, body: bytes
) -> str:
    """Base64 of HMAC-SHA256 over method, digest of the body, its type, the time and the path.

    `secret` is base64 in either alphabet. Raises ValueError for one that is not.
    """
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    signed = "\n".join(
        (
            method,
            b64encode(digest).decode() if body else "",
            content_type,
            f"x-timestamp:{timestamp}",
            path,
        )
    )
    raw = signed.encode(errors="surrogatepass")
    return b64encode(hmac.new(decoded(secret), raw, sha256).digest()).decode()


def decoded(secret: str) -> bytes:
    """The bytes of a secret in base64 of either alphabet. Raises ValueError for anything else."""
    if not _BASE64.fullmatch(secret):
        raise ValueError("the secret is not base64")
    return _unpacked(secret.rstrip("=").replace("+", "-").replace("/", "_"))


# --- Standard Webhooks ---------------------------------------------------------------------------


def standard(secret: str, *, message: str, timestamp: str, body: bytes) -> str:
    """One signature of a webhook-signature header (standardwebhooks.com).

    `secret` is base64, after "whsec_" perhaps. Raises ValueError for one that is not.
    """
    key = decoded(secret.removeprefix("whsec_"))
    raw = f"{message}.{timestamp}.".encode(errors="surrogatepass") + body
    return "v1," + b64encode(hmac.new(key, raw, sha256).digest()).decode()


# --- Vonage, MessageBird: JSON Web Tokens --------------------------------------------------------

_HMACS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
HS256 = frozenset({"HS256"})
EVERY_HMAC = frozenset(_HMACS)


def hs256_claims(token: str, secret: str) -> dict[str, Any] | None:
    """The claims of a token signed by HMAC-SHA256 with `secret`; None for every other one."""
    return hmac_claims(token, secret, algorithms=HS256)


def hmac_claims(
    token: str, secret: str, *, algorithms: frozenset[str] = EVERY_HMAC
) -> dict[str, Any] | None:
    """The claims of a token signed with `secret` by one of `algorithms`; None for every other one.

    No other algorithm is taken, whatever the token says (RFC 8725, 3.1). Times are not looked at.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN or not token.isascii():  # noqa: PLR2004
        return None
    head, claims, signature = parts
    try:
        header = json.loads(_unpacked(head))
        named = header.get("alg") if isinstance(header, dict) else None
        if not isinstance(named, str) or named not in algorithms & EVERY_HMAC:
            return None
        expected = hmac.new(secret.encode(), f"{head}.{claims}".encode(), _HMACS[named]).digest()
        if not same(_unpacked(signature), expected):
            return None
        found = json.loads(_unpacked(claims))
    except (ValueError, NotBase64Error, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def hs256(claims: Mapping[str, Any], secret: str) -> str:
    """A token with these claims."""
    signed = _packed_json({"typ": "JWT", "alg": "HS256"}) + "." + _packed_json(claims)
    return signed + "." + _packed(hmac.new(secret.encode(), signed.encode(), sha256).digest())


def rs256(claims: Mapping[str, Any], key: RSAPrivateKey) -> str:
    """A token with these claims, signed by RSA with SHA-256 (RFC 7518, 3.3)."""
    signed = _packed_json({"typ": "JWT", "alg": "RS256"}) + "." + _packed_json(claims)
    return signed + "." + _packed(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))


def _packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _packed_json(value: Mapping[str, Any]) -> str:
    return _packed(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
