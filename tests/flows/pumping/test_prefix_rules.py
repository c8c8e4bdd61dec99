"""Rules are set, ended, imported and exported by the site; a file is taken whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.pumping.prefix_rules import (
    ImportedRules,
    end_prefix_rule,
    export_prefix_rules,
    import_prefix_rules,
    set_prefix_rule,
)
from otpguard.flows.pumping.reputation import look_at_reputation
from otpguard.models import Event, PrefixRule
from tests import factories
from tests.flows.pumping.outcomes import attempt, number

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
SITE = RequestFacts(now=NOW)
HEAD = "prefix,action,until,source"


def rule(prefix: str = "+92300", **fields: Any) -> ListedPrefix:
    return ListedPrefix(**{"prefix": prefix, "action": ListAction.BLOCK, **fields})


def put(**fields: Any) -> PrefixRule:
    return set_prefix_rule(facts=SITE, rule=rule(**fields), reason="a test")


def load(*lines: str, **options: Any) -> ImportedRules:
    text = [f"{line}\n" for line in (HEAD, *lines)]
    return import_prefix_rules(facts=SITE, lines=text, **options)


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="prefix_rule").values_list("kind", flat=True))


def refused(to: str = number(1)) -> bool:
    return look_at_reputation(attempt(to, NOW)) is not None


def test_a_rule_holds_at_once_until_it_is_ended() -> None:
    assert not refused()
    row = put(source="our vendor")
    assert refused()
    assert end_prefix_rule(facts=SITE, rule=row, reason="over")
    assert not refused()
    assert not end_prefix_rule(facts=SITE, rule=row, reason="again")
    assert sorted(kinds()) == ["prefix_rule.ended", "prefix_rule.set"]


def test_a_rule_of_the_same_prefix_and_action_is_replaced() -> None:
    put(prefix="92 300")
    put(until=NOW + timedelta(days=1))
    put(action=ListAction.ALLOW)
    found = PrefixRule.objects.values_list("prefix", "action", "until")
    assert set(found) == {
        ("+92300", "block", NOW + timedelta(days=1)),
        ("+92300", "allow", None),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("prefix", "0300"), ("until", NOW), ("source", "=1+1"), ("source", "x" * 81)],
)
def test_what_cannot_hold_is_refused_by_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        put(**{field: value})
    assert caught.value.field == field
    assert not PrefixRule.objects.exists()


def test_nobody_within_an_organization_changes_the_lists() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    facts, row = factories.facts(member.user, member.tenant), put()
    with pytest.raises(NotAllowed):
        set_prefix_rule(facts=facts, rule=rule("+1"), reason="mine")
    with pytest.raises(NotAllowed):
        end_prefix_rule(facts=facts, rule=row, reason="mine")
    with pytest.raises(NotAllowed):
        import_prefix_rules(facts=facts, lines=[HEAD, "+1,block,,"])
    assert PrefixRule.objects.count() == 1


def test_an_import_adds_changes_and_leaves_what_is_there() -> None:
    put(source="old")
    put(prefix="+1")
    put(prefix="+7")
    done = load("+92300,block,,new", "+44,allow,2999-01-01,", "1,block,,")
    assert (done.added, done.changed, done.unchanged) == (1, 1, 1)
    assert set(PrefixRule.objects.values_list("prefix", "source")) == {
        ("+92300", "new"),
        ("+44", ""),
        ("+1", ""),
        ("+7", ""),
    }
    assert kinds().count("prefix_rules.imported") == 1
    assert refused("+447400123456")
    again = load("+92300,block,,new")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    assert kinds().count("prefix_rules.imported") == 1


def test_one_mistake_in_the_file_and_nothing_is_written() -> None:
    done = load("+92300,block,,", "x,block,,", "+1,stop,,")
    assert [each.line for each in done.mistakes] == [3, 4]
    assert not PrefixRule.objects.exists()
    assert kinds() == []


def test_a_dry_run_counts_and_writes_nothing() -> None:
    done = load("+92300,block,,", dry_run=True)
    assert done == ImportedRules(added=1)
    assert not PrefixRule.objects.exists()


def test_what_is_exported_can_be_imported() -> None:
    put(until=NOW + timedelta(days=3), source="a, b; “c”")
    put(prefix="+44", action=ListAction.ALLOW)
    lapsed = put(prefix="+1")
    factories.age(lapsed, until=NOW)
    lines = list(export_prefix_rules(now=NOW))
    assert len(lines) == 3
    done = import_prefix_rules(facts=SITE, lines=lines)
    assert done == ImportedRules(unchanged=2)


def test_two_thousand_rules_are_written_in_a_few_statements() -> None:
    with CaptureQueriesContext(connection) as seen:
        done = load(*(f"+92{n:05d},block,,x" for n in range(2_000)))
    assert done.added == 2_000
    assert len(seen) < 15
