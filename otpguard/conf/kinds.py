"""FACTOR_KINDS: the kinds of factor that there are, the four that ship among them.

A kind is a class that states its facts in an attribute `kind`. It is imported here for those facts
alone; `otpguard.factors.catalog` makes the driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from otpguard.conf.values import SettingsError, mapping
from otpguard.core.assurance import AssuranceLevel, Method, Worth, worth_beside_login
from otpguard.core.factor_kind import FactorKind, FactorKindError
from otpguard.core.registry import nearest
from otpguard.core.shipped_kinds import PASSKEY, PHONE, RECOVERY, TOTP, check_foreign

KIND_KEYS = ("BACKEND", "OPTIONS", "WORTH")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorKindConfig:
    """One kind: the dotted path of its driver with options, as in Django's CACHES, and its facts.

    `worth` is its row in every profile's table, None for the kinds that ship: they have theirs.
    """

    backend: str
    kind: FactorKind
    options: Mapping[str, Any] = field(default_factory=dict)
    worth: Worth | None = None


SHIPPED_CONFIGS: Mapping[str, FactorKindConfig] = MappingProxyType(
    {
        config.kind.slug: config
        for config in (
            FactorKindConfig(backend="otpguard.factors.phone.PhoneDriver", kind=PHONE),
            FactorKindConfig(backend="otpguard.factors.totp.TotpDriver", kind=TOTP),
            FactorKindConfig(backend="otpguard.factors.passkey_driver.PasskeyDriver", kind=PASSKEY),
            FactorKindConfig(backend="otpguard.factors.recovery.RecoveryDriver", kind=RECOVERY),
        )
    }
)
"""The kinds that ship."""


def read_factor_kinds(value: object) -> Mapping[str, FactorKindConfig]:
    """FACTOR_KINDS with the shipped kinds before it. Raises SettingsError (E001, E002, E024,
    E025)."""
    result = dict(SHIPPED_CONFIGS)
    methods = methods_of(result)
    for slug, entry in mapping(value).items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("BACKEND"), str):
            raise SettingsError("otpguard.E002", f"{slug}: needs a BACKEND, a dotted path")
        unknown = sorted(str(key) for key in entry if key not in KIND_KEYS)
        if unknown:
            hint = nearest(unknown[0], list(KIND_KEYS))
            raise SettingsError("otpguard.E001", f'{slug}: unknown "{unknown[0]}", {hint}')
        kind = _facts(slug, entry["BACKEND"])
        taken = [method.slug for method in kind.methods if method.slug in methods]
        if taken:
            raise SettingsError("otpguard.E025", f'{slug}: "{taken[0]}" is a method already')
        methods |= {method.slug: method for method in kind.methods}
        result[slug] = FactorKindConfig(
            backend=entry["BACKEND"],
            kind=kind,
            options=mapping(entry.get("OPTIONS", {})),
            worth=_worth(slug, entry.get("WORTH", AssuranceLevel.AAL1.name), kind),
        )
    return MappingProxyType(result)


def methods_of(configs: Mapping[str, FactorKindConfig]) -> dict[str, Method]:
    """Every method of some kinds, by slug."""
    return {method.slug: method for config in configs.values() for method in config.kind.methods}


def worths_of(configs: Mapping[str, FactorKindConfig]) -> dict[str, Worth]:
    """The rows that the site's own kinds add to a profile, by grade."""
    return {slug: config.worth for slug, config in configs.items() if config.worth is not None}


def _facts(slug: str, backend: str) -> FactorKind:
    """What the class of a kind states. Raises SettingsError (E024, E025)."""
    try:
        kind = getattr(import_string(backend), "kind", None)
    except (ImportError, ImproperlyConfigured, FactorKindError) as error:
        raise SettingsError("otpguard.E024", f"{slug}: {error}") from None
    if not isinstance(kind, FactorKind):
        raise SettingsError("otpguard.E024", f"{slug}: {backend} states no `kind`, a FactorKind")
    if kind.slug != slug:
        raise SettingsError("otpguard.E025", f'{slug}: {backend} calls itself "{kind.slug}"')
    try:
        check_foreign(kind)
    except FactorKindError as error:
        raise SettingsError("otpguard.E025", f"{slug}: {error}") from None
    return kind


def _worth(slug: str, value: object, kind: FactorKind) -> Worth:
    if not isinstance(value, str) or value not in AssuranceLevel.__members__:
        raise SettingsError("otpguard.E002", f'{slug}: WORTH must be "AAL1", "AAL2" or "AAL3"')
    try:
        return worth_beside_login(AssuranceLevel[value], phishing_resistant=kind.phishing_resistant)
    except ValueError as error:
        raise SettingsError("otpguard.E025", f"{slug}: {error}") from None
