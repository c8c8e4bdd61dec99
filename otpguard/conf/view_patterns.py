"""The settings that name views by patterns: what guards them, and what stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.checkpoints import EVERY
from otpguard.core.registry import nearest
from otpguard.core.view_patterns import is_pattern

OPTIONS = frozenset({"CHECKPOINT", "READS_SAFELY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCheckpoint:
    """What guards the views of a pattern, and whether they only read when asked by a safe method;
    None: nobody has said."""

    checkpoint: str
    reads_safely: bool | None = None


def read_url_checkpoints(
    value: object, *, known: Callable[[str], str]
) -> Mapping[str, UrlCheckpoint]:
    """URL_CHECKPOINTS. `known` gives a checkpoint's name back, or raises. Raises SettingsError."""
    return {_pattern(view): _guard(given, known) for view, given in mapping(value).items()}


def read_exempt(value: object) -> tuple[str, ...]:
    """ENROLLMENT_EXEMPT. Raises SettingsError, also for a pattern that opens everything."""
    patterns = tuple(_pattern(view) for view in names(value))
    if EVERY in patterns:
        raise SettingsError("otpguard.E002", f'"{EVERY}" would open everything')
    return patterns


def _guard(given: object, known: Callable[[str], str]) -> UrlCheckpoint:
    if not isinstance(given, Mapping):
        return UrlCheckpoint(checkpoint=_checkpoint(given, known))
    options = mapping(given)
    if unknown := set(options) - OPTIONS:
        hint = nearest(min(unknown), sorted(OPTIONS))
        raise SettingsError("otpguard.E001", f'unknown "{min(unknown)}", {hint}')
    reads = options.get("READS_SAFELY")
    return UrlCheckpoint(
        checkpoint=_checkpoint(options.get("CHECKPOINT", ""), known),
        reads_safely=None if reads is None else of_type(reads, bool),
    )


def _checkpoint(slug: object, known: Callable[[str], str]) -> str:
    if slug == EVERY:  # known where policies are named, but no view stands at all of them
        raise SettingsError("otpguard.E003", f'"{EVERY}" is not a checkpoint')
    return known(str(slug))


def _pattern(view: str) -> str:
    if not is_pattern(view):
        raise SettingsError("otpguard.E002", f'"{view}": a * may stand at the end only')
    return view
