"""Reputation of phone numbers: which prefixes are blocked, by statistics or by operators."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    ENTITY_MANAGEMENT,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event(
    "prefix.blocked", _("A prefix was blocked"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY, severity=MEDIUM)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixBlocked(Event):
    """Its numbers asked for codes and did not enter them; `level` says what `key` is: a country, a
    prefix or a network. `total` is the sum of the test."""

    level: str
    key: str
    lane: str
    until: str
    percent: int


@event("prefix.released", _("A blocked prefix was released"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixReleased(Event):
    """An operator ended a block; its sum begins at nothing."""

    level: str
    key: str
    lane: str
    reason: str


@event("prefix_rule.set", _("A prefix rule was set"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRuleSet(Event):
    """Numbers of a prefix are blocked or allowed; `until` is empty for good."""

    prefix: str
    action: str
    until: str
    source: str
    reason: str


@event("prefix_rule.ended", _("A prefix rule was ended"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRuleEnded(Event):
    """A rule was removed."""

    prefix: str
    action: str
    reason: str


@event("prefix_rules.imported", _("Prefix rules were imported"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRulesImported(Event):
    """A whole list of rules: how many are new, and how many changed."""

    added: int
    changed: int
    unchanged: int
