"""What an OIDC provider publishes of itself: fetched within bounds, and kept for a while.

A provider that hangs costs three seconds, one that sends a flood 64 kB, one with thousands of keys
nothing. A key that is not known yet makes us look again, once a minute.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from otpguard.conf import settings
from otpguard.exceptions import OtpguardError
from otpguard.transport import client
from otpguard.transport.exchange import Deadlines, Request, Response, checked_url
from otpguard.transport.outside import RefusedHostError, outside_context, send_outside

MOST_BYTES = 65_536
MOST_KEYS = 50
KEPT_FOR = 600.0
"""Seconds that metadata and keys are believed without looking again."""
LOOK_AGAIN_AFTER = 60.0
"""Seconds between two looks for a key that nobody knows."""
MOST_KEPT = 500
"""How many providers a process remembers."""
DEADLINES = Deadlines(connect=1.0, read=2.0)
_SUFFIX = "/.well-known/openid-configuration"


class ProviderUnusableError(OtpguardError):
    """The provider cannot be reached, or publishes what cannot be used."""

    code = "provider_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcMetadata:
    """The places of a provider. `issuer` is word for word what its tokens must say. `outside` ones
    are spoken to as hosts that a stranger has named."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    says_issuer: bool = False
    outside: bool = False


@dataclass(slots=True)
class _KeptDocument:
    value: Any
    at: float


class _Memory:
    """What this process knows of providers, by URL."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, _KeptDocument] = {}

    def get(self, url: str, *, within: float) -> Any:  # noqa: ANN401 (metadata or keys)
        """What was found there in the last `within` seconds, or None."""
        with self._lock:
            kept = self._found.get(url)
        return kept.value if kept is not None and time.monotonic() - kept.at <= within else None

    def put(self, url: str, value: Any) -> None:  # noqa: ANN401 (metadata or keys)
        """Remember it; the oldest goes when there are too many."""
        with self._lock:
            self._found.pop(url, None)
            self._found[url] = _KeptDocument(value, time.monotonic())
            while len(self._found) > MOST_KEPT:
                self._found.pop(next(iter(self._found)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._found.clear()


memory = _Memory()


def metadata_of(issuer: str, url: str = "", *, outside: bool = False) -> OidcMetadata:
    """The metadata of `issuer`, from `url` or the usual place; see `speak` for `outside`. Raises
    ProviderUnusableError."""
    where = url or f"{issuer.rstrip('/')}{_SUFFIX}"
    name = _name(where, outside=outside)
    kept = memory.get(name, within=KEPT_FOR)
    if kept is None:
        kept = _read(issuer, fetch_json(where, outside=outside), outside=outside)
        memory.put(name, kept)
    found: OidcMetadata = kept
    if found.issuer != issuer:
        raise ProviderUnusableError("the metadata are another issuer's")
    return found


def keys_of(url: str, *, key_id: str, outside: bool = False) -> KeySet:
    """The signing keys that a provider publishes; looks again, once a minute at most, when
    `key_id` is not among them. See `speak` for `outside`. Raises ProviderUnusableError."""
    name = _name(url, outside=outside)
    kept: KeySet | None = memory.get(name, within=KEPT_FOR)
    if kept is not None and (not key_id or _has(kept, key_id)):
        return kept
    if kept is not None and memory.get(name, within=LOOK_AGAIN_AFTER) is not None:
        return kept
    try:
        found = _keys(fetch_json(url, outside=outside))
    except ProviderUnusableError:
        if kept is None:
            raise
        found = kept
    memory.put(name, found)
    return found


def fetch_json(url: str, *, outside: bool = False) -> Mapping[str, Any]:
    """The JSON object at `url`, read once within the bounds; see `speak` for `outside`. Raises
    ProviderUnusableError."""
    try:
        request = Request(method="GET", url=url, headers={"Accept": "application/json"})
    except ValueError as error:
        raise ProviderUnusableError(str(error)) from None
    return speak(request, outside=outside)


def speak(request: Request, *, outside: bool) -> Mapping[str, Any]:
    """The JSON object that a provider answers. Raises ProviderUnusableError.

    An `outside` provider is one whose addresses an organization has named: it is spoken to by https
    at public IPs alone, and at those that the site admits, so that nobody has our servers ask hosts
    inside.
    """
    if not outside:
        return json_of(client.send(request, deadlines=DEADLINES))
    mine = settings().siem
    try:
        answer = send_outside(
            request,
            deadlines=DEADLINES,
            allowed=mine.allowed_networks,
            context=outside_context(mine.ca_file),
        )
    except (RefusedHostError, ValueError) as error:
        raise ProviderUnusableError(str(error)) from None
    return json_of(answer)


def json_of(answer: object) -> Mapping[str, Any]:
    """The JSON object of a successful answer. Raises ProviderUnusableError."""
    if not isinstance(answer, Response) or not answer.is_success:
        raise ProviderUnusableError(f"no answer: {answer!r}")
    if len(answer.body) > MOST_BYTES:
        raise ProviderUnusableError("the answer is too long")
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ProviderUnusableError("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise ProviderUnusableError("the answer is no JSON object")
    return found


def _name(url: str, *, outside: bool) -> str:
    """What is fetched inside is never shown to who may only look outside."""
    return f"outside {url}" if outside else url


def _read(issuer: str, raw: Mapping[str, Any], *, outside: bool) -> OidcMetadata:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    try:
        places = {name: checked_url(str(raw.get(name, ""))) for name in names}
    except ValueError as error:
        raise ProviderUnusableError(str(error)) from None
    if raw.get("issuer") != issuer:
        raise ProviderUnusableError("the metadata are another issuer's")
    says = raw.get("authorization_response_iss_parameter_supported") is True
    return OidcMetadata(issuer=issuer, says_issuer=says, outside=outside, **places)


def _keys(raw: Mapping[str, Any]) -> KeySet:
    listed = raw.get("keys")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
        raise ProviderUnusableError("it publishes no keys, or too many")
    # One shared key would make a token of anybody's good, so only public ones are taken.
    public = [key for key in listed if isinstance(key, dict) and key.get("kty") in _PUBLIC]
    found = []
    for key in public:
        try:
            found.extend(KeySet.import_key_set({"keys": [key]}).keys)
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a kind of key of another time: the others still count
    if not found:
        raise ProviderUnusableError("it publishes no key that can be used")
    return KeySet(found)


_PUBLIC = frozenset({"RSA", "EC", "OKP"})


def _has(keys: KeySet, key_id: str) -> bool:
    return any(key.kid == key_id for key in keys.keys)
