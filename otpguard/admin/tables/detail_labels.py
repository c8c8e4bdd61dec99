"""The fields of audit events and their values, for people who read the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import channel_words
from otpguard.admin.tables.policy_scope import field_label, words
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import RULES
from otpguard.labels import Text, factor_kind_label, level_label, method_label, primary_label

DETAILS: Mapping[str, Text] = {
    "action": _("action"),
    "active": _("active"),
    "after": _("after"),
    "approval": _("approval"),
    "approved": _("approved"),
    "attempt": _("try"),
    "attempts": _("tries"),
    "backend": _("logged in through"),
    "backup_eligible": _("can be synced"),
    "before": _("before"),
    "blocked": _("factors blocked"),
    "bound": _("bound to one action"),
    "challenges": _("challenges"),
    "channel": _("channel"),
    "channels": _("channels"),
    "claim": _("phone claim"),
    "claims": _("phone claims"),
    "consent": _("consent"),
    "consented_at": _("consent given at"),
    "count": _("number of times"),
    "country": _("country"),
    "counts": _("rows"),
    "created": _("new"),
    "delivered": _("delivered"),
    "deliveries": _("deliveries"),
    "device": _("device"),
    "enrolled_at": _("set up at"),
    "enrollment": _("enrollment"),
    "enrolls": _("while setting up"),
    "exception": _("policy exception"),
    "expires_at": _("expires at"),
    "factor": _("factor"),
    "failed": _("failed"),
    "failure": _("failure"),
    "fault": _("fault"),
    "field": _("field"),
    "fields": _("fields"),
    "following": _("next route"),
    "gained": _("roles gained"),
    "grace_days": _("days of grace"),
    "grant": _("grant"),
    "grants": _("grants"),
    "grants_revoked": _("grants revoked"),
    "held": _("waiting period started"),
    "held_until": _("held until"),
    "kind": _("kind"),
    "lane": _("counted with"),
    "left": _("left"),
    "level": _("level"),
    "method": _("method"),
    "name": _("name"),
    "notice": _("notice"),
    "notices": _("notices"),
    "number": _("number"),
    "off": _("off"),
    "owner": _("owner"),
    "people": _("people"),
    "perhaps": _("sent, as far as we know"),
    "primary": _("logged in by"),
    "probable": _("probable cause"),
    "provider": _("provider"),
    "reason": _("reason"),
    "removed": _("removed"),
    "replaced": _("replaced"),
    "retry_after": _("seconds to wait"),
    "role": _("role"),
    "roles": _("roles"),
    "scope": _("scope"),
    "serial": _("serial number"),
    "sessions": _("login sessions"),
    "shown": _("counter shown"),
    "slug": _("short name"),
    "source": _("source"),
    "starts_at": _("starts at"),
    "status": _("status"),
    "step": _("step"),
    "stored": _("counter stored"),
    "test_number": _("test number"),
    "trusted_proxies": _("trusted proxies"),
    "until": _("until"),
    "usage": _("counts of limits"),
    "user": _("user"),
    "user_verified": _("checked its holder"),
    "valid_from": _("valid from"),
    "value": _("value"),
    "version": _("version"),
    "weakened": _("weaker than before"),
    "wishes": _("wishes"),
    "withheld": _("fields not kept"),
}
"""Every field of every event of the catalog."""


_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_OF_FIELDS = frozenset({"field", "fields", "weakened", "wishes"})


def detail_label(name: str) -> str:
    """What a field is called; one of another release is shown as it is."""
    return str(DETAILS.get(name, name))


def detail_text(name: str, value: object) -> str:
    """A value in words, empty for nothing; a code that no table knows is shown with spaces."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        return ", ".join(_pair(name, str(each), of) for each, of in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(detail_text(name, each) for each in value)
    return _word(name, str(value))


def _pair(name: str, key: str, value: object) -> str:
    """One entry of a mapping, such as a changed column or a wish."""
    if name in _OF_FIELDS and key in RULES:
        return f"{field_label(key)}: {words(key, value)}"
    return f"{detail_label(key)} {detail_text(key, value) or _('(empty)')}"


def _word(name: str, word: str) -> str:
    if name in _OF_FIELDS:
        return field_label(word)
    found = _TABLES[name](word) if name in _TABLES else word
    is_code = name in _CODES and _CODE.fullmatch(word) is not None
    return word.replace("_", " ") if is_code else str(found)


def _level(word: str) -> Text:
    known = AssuranceLevel.__members__.get(word)
    return word if known is None else level_label(known)


_CODES = frozenset({"failure", "fault", "lane", "probable", "reason", "scope", "source", "status"})
"""Fields whose values are codes of ours, or a person's own words, which no code looks like."""
_TABLES: Mapping[str, Callable[[str], Text]] = {
    "channel": channel_words,
    "channels": channel_words,
    "kind": factor_kind_label,
    "level": _level,
    "method": method_label,
    "primary": primary_label,
}
"""Fields whose values have words of their own."""
