"""The fields of audit events and their values, for people who read the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import channel_words
from otpguard.admin.tables.code_words import code_words
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import RULES
from otpguard.forms.team.policy_text import field_label, words
from otpguard.labels import Text, factor_kind_label, level_label, method_label, primary_label

DETAILS: Mapping[str, Text] = {
    "action": _("action"),
    "token": _("token"),
    "released": _("let through"),
    "person": _("person in a directory"),
    "overlaps_until": _("the old one works until"),
    "new_account": _("new account"),
    "group": _("group"),
    "accepted": _("accepted"),
    "access": _("emergency access"),
    "active": _("active"),
    "added": _("added"),
    "after": _("after"),
    "again": _("after a restore"),
    "answers": _("vendors' answers"),
    "approval": _("approval"),
    "approved": _("approved"),
    "attempt": _("try"),
    "attempts": _("tries"),
    "authenticated_at": _("signed in at"),
    "backend": _("logged in through"),
    "backup_eligible": _("can be synced"),
    "before": _("before"),
    "below": _("below number"),
    "blocked": _("factors blocked"),
    "bound": _("bound to one action"),
    "cap_raise": _("raised limit"),
    "challenges": _("challenges"),
    "changed": _("changed"),
    "channel": _("channel"),
    "channels": _("channels"),
    "checkpoints": _("operations"),
    "claim": _("phone claim"),
    "claims": _("phone claims"),
    "consent": _("consent"),
    "consented_at": _("consent given at"),
    "count": _("number of times"),
    "country": _("country"),
    "counts": _("rows"),
    "created": _("new"),
    "damages": _("damages"),
    "days": _("days"),
    "decisions": _("pumping decisions"),
    "delivered": _("delivered"),
    "digest": _("digest"),
    "downloads": _("downloads"),
    "deliveries": _("deliveries"),
    "device": _("device"),
    "drill": _("drill"),
    "early": _("ended early"),
    "ended": _("ended"),
    "enrolled_at": _("set up at"),
    "enrollment": _("enrollment"),
    "enrolls": _("while setting up"),
    "environment": _("environment"),
    "envelope": _("emergency envelope"),
    "events": _("events"),
    "exception": _("policy exception"),
    "expires_at": _("expires at"),
    "export": _("export"),
    "factor": _("factor"),
    "failed": _("failed"),
    "failure": _("failure"),
    "fault": _("fault"),
    "field": _("field"),
    "fields": _("fields"),
    "filter": _("filter"),
    "finding": _("finding"),
    "first": _("from number"),
    "following": _("next route"),
    "found": _("what was found"),
    "admins": _("new administrators"),
    "members": _("members"),
    "run": _("import"),
    "gained": _("roles gained"),
    "generation": _("generation of the log"),
    "grace_days": _("days of grace"),
    "grant": _("grant"),
    "grants": _("grants"),
    "grants_revoked": _("grants revoked"),
    "heads": _("signed heads"),
    "held": _("waiting period started"),
    "held_until": _("held until"),
    "exports": _("exports"),
    "billing_changes": _("billing changes"),
    "email_only": _("by e-mail alone"),
    "job": _("file"),
    "key": _("counted by"),
    "identity": _("sign-in at the provider"),
    "automatic": _("without a question"),
    "domain": _("domain"),
    "seen_at": _("record last seen"),
    "kind": _("kind"),
    "lane": _("counted with"),
    "left": _("left"),
    "legal_hold": _("legal hold"),
    "level": _("level"),
    "limit": _("limit"),
    "link": _("link by e-mail"),
    "lockdown": _("lock-down"),
    "log": _("log"),
    "lost": _("taken away"),
    "change": _("billing change"),
    "lost_head": _("newest lost head"),
    "lost_micros": _("lost, in millionths of a dollar"),
    "mailed": _("links by e-mail"),
    "raises": _("raised limits"),
    "method": _("method"),
    "name": _("name"),
    "needed": _("approvals needed"),
    "notice": _("notice"),
    "notices": _("notices"),
    "number": _("number"),
    "off": _("off"),
    "opens_at": _("opens at"),
    "owner": _("owner"),
    "people": _("people"),
    "percent": _("percent"),
    "places": _("places of logins"),
    "sign_ins": _("sign-ins under way"),
    "statements": _("statements seen"),
    "perhaps": _("sent, as far as we know"),
    "prefix": _("prefix"),
    "primary": _("logged in by"),
    "probable": _("probable cause"),
    "provider": _("provider"),
    "reason": _("reason"),
    "references": _("references"),
    "release": _("release"),
    "releases": _("released numbers"),
    "removed": _("removed"),
    "replaced": _("replaced"),
    "retry_after": _("seconds to wait"),
    "risk": _("risk of the login (0 to 100)"),
    "risk_reasons": _("reasons of the risk"),
    "role": _("role"),
    "roles": _("roles"),
    "root": _("root"),
    "row": _("which limit"),
    "rows": _("rows"),
    "said": _("what it said"),
    "scope": _("scope"),
    "serial": _("serial number"),
    "sessions": _("login sessions"),
    "signal": _("what it told of"),
    "said_reason": _("its reason"),
    "touched_until": _("touched until"),
    "shown": _("counter shown"),
    "size": _("bytes"),
    "slug": _("short name"),
    "source": _("source"),
    "spent": _("spent tokens"),
    "starts_at": _("starts at"),
    "status": _("status"),
    "step": _("step"),
    "stepped_up_at": _("confirmed at"),
    "stored": _("counter stored"),
    "test_number": _("test number"),
    "told": _("people told"),
    "trusted_proxies": _("trusted proxies"),
    "unchanged": _("unchanged"),
    "unlinked": _("links ended"),
    "until": _("until"),
    "usage": _("counts of limits"),
    "user": _("user"),
    "user_verified": _("checked its holder"),
    "usual": _("usual limit"),
    "valid_from": _("valid from"),
    "value": _("value"),
    "verification": _("verification"),
    "version": _("version"),
    "weakened": _("weaker than before"),
    "what": _("what"),
    "wishes": _("wishes"),
    "withheld": _("fields not kept"),
    "years": _("years"),
    "event": _("event"),
    "from_beginning": _("from the first event"),
    "host": _("host"),
    "refused": _("refused events"),
    "region": _("region"),
    "siem": _("event stream"),
    "stream": _("signal stream"),
    "since": _("since"),
    "sink": _("kind of receiver"),
}
"""Every field of every event of the catalog."""


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
    if name in _CODES:
        return code_words(word)
    if name in _TIMES:
        return _time(word)
    return str(_TABLES[name](word)) if name in _TABLES else word


def _time(word: str) -> str:
    """A time in the reader's zone and language; what is none is shown as it is."""
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return word
    return date_format(localtime(at) if at.tzinfo else at, "DATETIME_FORMAT")


def _level(word: str) -> Text:
    known = AssuranceLevel.__members__.get(word)
    return word if known is None else level_label(known)


_CODES = frozenset(
    {
        "failure",
        "fault",
        "lane",
        "probable",
        "reason",
        "risk_reasons",
        "scope",
        "source",
        "status",
    }
)
"""Fields whose values are codes of ours, or a person's own words, which no code looks like."""
_TIMES = frozenset(
    {
        "authenticated_at",
        "consented_at",
        "enrolled_at",
        "expires_at",
        "held_until",
        "opens_at",
        "starts_at",
        "stepped_up_at",
        "until",
        "valid_from",
    }
)
"""Fields whose values are times, some of them dates only."""
_TABLES: Mapping[str, Callable[[str], Text]] = {
    "channel": channel_words,
    "channels": channel_words,
    "kind": factor_kind_label,
    "level": _level,
    "method": method_label,
    "primary": primary_label,
}
"""Fields whose values have words of their own."""
