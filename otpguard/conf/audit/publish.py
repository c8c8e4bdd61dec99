"""AUDIT_PUBLISH: where signed heads of the audit log go outside the database."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.registry import nearest
from otpguard.core.sealing.note import COSIGNS, NoteError, NoteKey

KEYS = ("DIRECTORY", "STORAGE", "TILES", "WEBHOOK", "RECIPIENTS", "WITNESSES")
LEAST_SECRET = 24
"""The fewest bytes of a webhook's secret (Standard Webhooks)."""
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadWebhook:
    """A URL that is sent each head, and the secret that signs the call."""

    url: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessConfig:
    """A witness (C2SP tlog-witness): the URL before /add-checkpoint, and its key."""

    url: str
    key: NoteKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishConfig:
    """The places: a directory, two aliases of STORAGES, a webhook, e-mail addresses, witnesses."""

    directory: str = ""
    storage: str = ""
    tiles: str = ""
    webhook: HeadWebhook | None = None
    emails: tuple[str, ...] = ()
    witnesses: Mapping[str, WitnessConfig] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Whether heads go anywhere."""
        return bool(
            (self.directory or self.storage or self.tiles)
            or (self.webhook or self.emails or self.witnesses)
        )


def read_publish(value: object) -> PublishConfig:
    """AUDIT_PUBLISH with its defaults. Raises SettingsError (E001, E002, E160)."""
    given = mapping(value)
    _check_keys(given, KEYS)
    emails = names(given.get("RECIPIENTS", ()))
    if not all("@" in each for each in emails):
        raise SettingsError("otpguard.E160", "RECIPIENTS must be like audit@example.com")
    witnesses = mapping(given.get("WITNESSES", {}))
    return PublishConfig(
        directory=str(of_type(given.get("DIRECTORY", ""), str)),
        storage=str(of_type(given.get("STORAGE", ""), str)),
        tiles=str(of_type(given.get("TILES", ""), str)),
        webhook=_webhook(given["WEBHOOK"]) if given.get("WEBHOOK") else None,
        emails=emails,
        witnesses=MappingProxyType(
            {_name(name): _witness(name, entry) for name, entry in witnesses.items()}
        ),
    )


def _webhook(value: object) -> HeadWebhook:
    given = mapping(value)
    _check_keys(given, ("URL", "SECRET"))
    said = str(of_type(given.get("SECRET", ""), str))
    try:
        secret = b64decode(said.removeprefix("whsec_"), validate=True)
    except ValueError:
        secret = b""
    if len(secret) < LEAST_SECRET:
        wanted = f"must be base64 of {LEAST_SECRET} bytes or more"
        raise SettingsError("otpguard.E160", f"WEBHOOK: SECRET {wanted}")
    return HeadWebhook(url=_url(given.get("URL"), "WEBHOOK"), secret=secret)


def _witness(name: str, value: object) -> WitnessConfig:
    given = mapping(value)
    _check_keys(given, ("URL", "KEY"), f"{name}: ")
    try:
        key = NoteKey.parse(str(given.get("KEY", "")))
    except NoteError as wrong:
        raise SettingsError("otpguard.E160", f"{name}: KEY: {wrong}") from None
    if key.kind != COSIGNS:
        raise SettingsError("otpguard.E160", f"{name}: KEY must be of type 4, a cosigner's")
    return WitnessConfig(url=_url(given.get("URL"), name).rstrip("/"), key=key)


def _url(value: object, where: str) -> str:
    url = str(value or "")
    if not url.startswith(("https://", "http://")):
        raise SettingsError("otpguard.E160", f"{where}: URL must begin with https://")
    return url


def _name(name: str) -> str:
    if not name.replace("-", "").isalnum() or not name.isascii() or len(name) > LONGEST_NAME:
        raise SettingsError(
            "otpguard.E160", f'"{name}" must be of letters, digits and -, {LONGEST_NAME} at most'
        )
    return name


def _check_keys(given: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
    for key in given:
        if key not in known:
            hint = nearest(key, list(known))
            raise SettingsError("otpguard.E001", f'{where}unknown "{key}", {hint}')
