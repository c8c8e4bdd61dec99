"""The lists of prefixes that operators keep: set a rule, end it, import and export all.

Rules are the site's: they hold for all tenants. A block refuses; an allowance outweighs the
statistics and lifts no cap and no budget. Other processes notice a change within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.reputation import PrefixRuleEnded, PrefixRuleSet, PrefixRulesImported
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix, PrefixError, clean_prefix
from otpguard.core.pumping.rule_csv import RuleLine, clean_source, read_rules, write_rules
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.pumping.known_prefixes import forget
from otpguard.flows.scope import check_site
from otpguard.ids import new_id
from otpguard.models import PrefixRule, PumpingMark

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRules:
    """What an import did, or would do. With mistakes nothing was written."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    mistakes: tuple[RuleLine, ...] = ()


def set_prefix_rule(*, facts: RequestFacts, rule: ListedPrefix, reason: str) -> PrefixRule:
    """Set what holds for a prefix. A rule of the same prefix and action is replaced.

    The caller must have guarded it by `security_settings`. Joins an outer transaction. Raises
    NotAllowed unless the site acts; InvalidInput (`prefix`, `until`, `source`).
    """
    check_site(facts)
    try:
        prefix = clean_prefix(rule.prefix)
    except PrefixError:
        said = _("A prefix has a calling code and at most 15 digits, such as +92300.")
        raise InvalidInput("prefix", str(said)) from None
    try:
        source = clean_source(rule.source)
    except ValueError:
        said = _("Use at most 80 characters, and none of = + - @ at the beginning.")
        raise InvalidInput("source", str(said)) from None
    if rule.until is not None and rule.until <= facts.now:
        raise InvalidInput("until", str(_("This time has passed. Choose a later one.")))
    with transaction.atomic():
        row, _created = PrefixRule.objects.update_or_create(
            prefix=prefix,
            action=rule.action.value,
            defaults={"until": rule.until, "source": source, "at": facts.now},
        )
        _change_lists()
        until = "" if rule.until is None else rule.until.isoformat()
        event = PrefixRuleSet(
            prefix=prefix, action=rule.action.value, until=until, source=source, reason=reason
        )
        record(event, Circumstances.of(facts, tenant=""))
    return row


def end_prefix_rule(*, facts: RequestFacts, rule: PrefixRule, reason: str) -> bool:
    """Remove a rule. False if it is gone. Raises NotAllowed unless the site acts."""
    check_site(facts)
    with transaction.atomic():
        gone, _by_model = PrefixRule.objects.filter(pk=rule.pk).delete()
        if gone:
            _change_lists()
            event = PrefixRuleEnded(prefix=rule.prefix, action=rule.action, reason=reason)
            record(event, Circumstances.of(facts, tenant=""))
    return bool(gone)


def import_prefix_rules(
    *, facts: RequestFacts, lines: Iterable[str], dry_run: bool = False
) -> ImportedRules:
    """Add the rules of a CSV text, and change those that are there; others stay.

    All or nothing: with one mistake nothing is written. One event tells the counts. Raises
    NotAllowed unless the site acts.
    """
    check_site(facts)
    read = list(read_rules(lines, now=facts.now))
    mistakes = tuple(each for each in read if each.mistake)
    if mistakes:
        return ImportedRules(mistakes=mistakes)
    wanted = [each.rule for each in read if each.rule is not None]
    with transaction.atomic():
        known = {rule.prefix + rule.action.value: rule for rule in _rules()}
        before = [known.get(rule.prefix + rule.action.value) for rule in wanted]
        new = [rule for rule, was in zip(wanted, before, strict=True) if was != rule]
        added = before.count(None)
        done = ImportedRules(
            added=added, changed=len(new) - added, unchanged=len(wanted) - len(new)
        )
        if new and not dry_run:
            _write(new, facts.now)
            event = PrefixRulesImported(
                added=done.added, changed=done.changed, unchanged=done.unchanged
            )
            record(event, Circumstances.of(facts, tenant=""))
    return done


def export_prefix_rules(*, now: datetime) -> Iterator[str]:
    """The lines of a CSV text with every rule that holds at `now`."""
    return write_rules(_rules(Q(until=None) | Q(until__gt=now)))


def _rules(where: Q | None = None) -> Iterator[ListedPrefix]:
    rows = PrefixRule.objects.filter(where or Q()).order_by("prefix", "action")
    for prefix, action, until, source in rows.values_list("prefix", "action", "until", "source"):
        yield ListedPrefix(prefix=prefix, action=ListAction(action), until=until, source=source)


def _write(rules: Iterable[ListedPrefix], now: datetime) -> None:
    rows = [
        PrefixRule(
            prefix=rule.prefix,
            action=rule.action.value,
            until=rule.until,
            source=rule.source,
            at=now,
        )
        for rule in rules
    ]
    PrefixRule.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["prefix", "action"],
        update_fields=["until", "source", "at"],
    )
    _change_lists()


def _change_lists() -> None:
    """Have every process read the lists again."""
    PumpingMark.objects.update_or_create(name=PumpingMark.LISTS, defaults={"place": new_id()})
    transaction.on_commit(forget)
