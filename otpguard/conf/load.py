"""Read the one setting `OTPGUARD = {...}` into the typed dataclass of `schema`.

Nothing is read at import and nothing is written into Django's settings. `settings()` reads once and
again after `override_settings`. A mistake raises ImproperlyConfigured; `problems()` lists them all,
which is how the system checks number them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_type_hints

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from otpguard.conf.caches import forget_on_change
from otpguard.conf.kinds import (
    methods_of,
    worths_of,
)
from otpguard.conf.readers import READERS, TABLES
from otpguard.conf.schema import Settings
from otpguard.conf.values import Problem, SettingsError, names, of_type
from otpguard.core.assurance import Method
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.factor_kind import FactorKind
from otpguard.core.federation.methods import IDP_METHODS
from otpguard.core.registry import nearest

_FIRST = {"FACTOR_KINDS": 0, "CHECKPOINTS": 1}
"""The keys that other keys are checked against, in the order in which they are read."""


def settings() -> Settings:
    """The settings in force. Raises ImproperlyConfigured with every mistake."""
    return _load()


def checkpoint(slug: str) -> Checkpoint:
    """The checkpoint of that name. Raises ImproperlyConfigured naming the nearest known one."""
    known = settings().checkpoints
    if slug not in known:
        raise ImproperlyConfigured(
            f'otpguard: unknown checkpoint "{slug}", {nearest(slug, list(known))}'
        )
    return known[slug]


def declared(slug: str) -> str:
    """The name of a checkpoint, as code declares it when it is imported.

    Raises ImproperlyConfigured, as `checkpoint` does, but not for mistakes in OTPGUARD: the checks
    list those, all of them, once the URLs are imported. Until they are mended every request that is
    guarded raises.
    """
    return slug if _mistakes() else checkpoint(slug).slug


def factor_kinds() -> Mapping[str, FactorKind]:
    """The installed kinds of factor by slug. Raises ImproperlyConfigured as `settings` does."""
    return _kinds()


def methods() -> Mapping[str, Method]:
    """The methods of the installed kinds by slug, and those of identity providers. Raises
    ImproperlyConfigured as `settings` does."""
    return _methods()


def problems(raw: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in a raw OTPGUARD setting, in the order of its keys."""
    return _read(raw)[1]


@lru_cache(maxsize=1)
def _load() -> Settings:
    values, found = _read(getattr(django_settings, "OTPGUARD", {}))
    if found:
        told = [f"OTPGUARD ({each.check}): {each.message}" for each in found]
        raise ImproperlyConfigured("\n".join(told))
    made = Settings(**values)
    profile = made.assurance_profile.extended(worths_of(made.factor_kinds))
    return replace(made, assurance_profile=profile)


@lru_cache(maxsize=1)
def _mistakes() -> bool:
    return bool(problems(getattr(django_settings, "OTPGUARD", {})))


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, FactorKind]:
    found = {slug: config.kind for slug, config in settings().factor_kinds.items()}
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def _methods() -> Mapping[str, Method]:
    return MappingProxyType({**methods_of(settings().factor_kinds), **IDP_METHODS})


forget_on_change(_load, _mistakes, _kinds, _methods)


def _read(raw: object) -> tuple[dict[str, Any], list[Problem]]:
    if not isinstance(raw, Mapping):
        return {}, [Problem("otpguard.E002", "OTPGUARD must be a dictionary")]
    keys = {f.name.upper(): f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    found: list[Problem] = []
    for key in sorted(raw, key=lambda name: _FIRST.get(str(name), len(_FIRST))):
        if key not in keys:
            hint = nearest(str(key), list(keys))
            found.append(Problem("otpguard.E001", f'unknown key "{key}", {hint}'))
            continue
        try:
            values[keys[key]] = _value(keys[key], raw[key], values)
        except SettingsError as error:
            each = _alone(keys[key], raw[key], values) or [error.problem]
            found += [Problem(problem.check, f"{key}: {problem.message}") for problem in each]
    return values, found


def _alone(name: str, value: object, so_far: Mapping[str, Any]) -> list[Problem]:
    """The mistakes of each entry of a value that is wrong, one by one; none where the entries are
    right and do not go together."""
    if name not in TABLES or not isinstance(value, Mapping):
        return []
    found: dict[Problem, None] = {}
    for key, entry in value.items():
        try:
            _value(name, {key: entry}, so_far)
        except SettingsError as error:
            found[error.problem] = None
    return list(found)


def _value(name: str, value: object, so_far: Mapping[str, Any]) -> Any:  # noqa: ANN401 (each setting has its own type)
    if name in READERS:
        return READERS[name](value, so_far)
    wanted = get_type_hints(Settings)[name]
    if wanted is timedelta:
        return timedelta(seconds=of_type(value, int))
    if wanted == tuple[str, ...]:
        return names(value)
    return of_type(value, wanted)
