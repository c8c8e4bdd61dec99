"""Import the members of many tenants from lines of CSV, of which there may be any number.

The lines come in batches, and nothing is kept of them but a temporary file that says who was named
where. What is there already is left alone, so an import that broke off is run again.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Lower

from otpguard.account import email_field
from otpguard.core.facts import RequestFacts
from otpguard.core.member_csv import MemberLine, read_members
from otpguard.flows.scope import check_site
from otpguard.flows.tenant.import_members import (
    MemberRow,
    MemberRun,
    import_members,
    is_new,
)
from otpguard.models import Membership, Tenant

BATCH = 500
"""Lines that are read together. Those of one tenant are one transaction, which locks it."""


class Effect(Enum):
    """What a line does."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "there already"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """What one line does, or what is wrong with it."""

    line: MemberLine
    effect: Effect
    mistake: str = ""
    tenant: Tenant | None = None
    user_id: str = ""


def check_members(
    *, facts: RequestFacts, lines: Iterable[str], held: bool = True
) -> Iterator[ImportedLine]:
    """What each line would do; writes nothing. `held` is that of `import_members`.

    Raises NotAllowed to anybody but the site.
    """
    check_site(facts)
    with closing(sqlite3.connect("")) as named:  # a temporary file of its own, not in memory
        named.execute("CREATE TABLE named (who TEXT PRIMARY KEY, line INTEGER)")
        for batch in _batches(read_members(lines)):
            found = [_named_once(named, each) for each in _look_up(batch)]
            yield from found if held else _only_new(found, facts)


def import_lines(
    *, facts: RequestFacts, lines: Iterable[str], held: bool = True, reason: str = ""
) -> Iterator[ImportedLine]:
    """Do what `check_members` says of each line, and say it when it is done.

    A line that is wrong is left out: check all of them first. Each tenant's lines of a batch are
    one transaction; all are one run. Raises what `import_members` raises, for what has changed
    since it was checked.
    """
    results, run = check_members(facts=facts, lines=lines, held=held), MemberRun()
    while batch := list(islice(results, BATCH)):
        by_tenant: dict[UUID, list[ImportedLine]] = defaultdict(list)
        for each in batch:
            if each.tenant is not None and each.effect in {Effect.ADDED, Effect.CHANGED}:
                by_tenant[each.tenant.pk].append(each)
        for some in by_tenant.values():
            rows = [MemberRow(user_id=each.user_id, roles=each.line.roles) for each in some]
            tenant = some[0].tenant
            assert tenant is not None  # noqa: S101 (it was sorted by its tenant)
            import_members(facts=facts, tenant=tenant, rows=rows, reason=reason, held=held, run=run)
        yield from batch


def _batches(lines: Iterator[MemberLine]) -> Iterator[list[MemberLine]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _look_up(batch: Sequence[MemberLine]) -> list[ImportedLine]:
    """Three reads, whatever the length of the batch."""
    tenants = _tenants({each.tenant for each in batch if not each.mistake})
    people = _people({each.email.lower() for each in batch if not each.mistake})
    found = [_matched(each, tenants, people) for each in batch]
    pairs = {(each.tenant.pk, each.user_id) for each in found if each.tenant is not None}
    rows = Membership.objects.filter(
        Q(tenant_id__in={tenant for tenant, _user in pairs}),
        Q(user_id__in={user for _tenant, user in pairs}),
    ).order_by()
    known = {
        (tenant, str(user)): (sorted(roles), active)
        for tenant, user, roles, active in rows.values_list(
            "tenant_id", "user_id", "roles", "active"
        )
    }
    return [_compared(each, known) for each in found]


def _tenants(names: set[str]) -> dict[str, list[Tenant]]:
    """By slug, and by the key of the host's own record."""
    found: dict[str, list[Tenant]] = defaultdict(list)
    for tenant in Tenant.objects.filter(Q(slug__in=names) | Q(external_id__in=names)).order_by():
        for name in {tenant.slug, tenant.external_id} & names:
            found[name].append(tenant)
    return found


def _people(emails: set[str]) -> dict[str, list[str]]:
    """The keys of all who have an account, active or not, by e-mail address."""
    user = get_user_model()
    column, found = email_field(user), defaultdict[str, list[str]](list)
    if column:
        people = user._base_manager.annotate(lowered=Lower(column))  # noqa: SLF001 (documented)
        pairs = people.filter(lowered__in=emails).order_by().values_list("lowered", "pk")
        for email, pk in pairs:
            found[email].append(str(pk))
    return found


def _matched(
    line: MemberLine, tenants: dict[str, list[Tenant]], people: dict[str, list[str]]
) -> ImportedLine:
    of_name, of_email = tenants.get(line.tenant, []), people.get(line.email.lower(), [])
    mistake = line.mistake
    if mistake:
        pass
    elif len(of_name) != 1:
        what = "Several organizations have" if of_name else "There is no organization with"
        mistake = f"{what} this slug or external id."
    elif len(of_email) != 1:
        what = "Several accounts have" if of_email else "There is no account with"
        mistake = f"{what} this e-mail address."
    if mistake:
        return ImportedLine(line=line, effect=Effect.WRONG, mistake=mistake)
    return ImportedLine(line=line, effect=Effect.ADDED, tenant=of_name[0], user_id=of_email[0])


def _compared(
    result: ImportedLine, known: dict[tuple[UUID, str], tuple[list[str], bool]]
) -> ImportedLine:
    if result.tenant is None:
        return result
    row = known.get((result.tenant.pk, result.user_id))
    if row is None:
        return result
    roles, active = row
    if not active:
        return _wrong(result, "This member was made inactive: an import does not undo that.")
    same = roles == sorted(result.line.roles)
    return replace(result, effect=Effect.SAME if same else Effect.CHANGED)


def _named_once(named: sqlite3.Connection, result: ImportedLine) -> ImportedLine:
    if result.tenant is None:
        return result
    who = (f"{result.tenant.pk} {result.user_id}", result.line.line)
    if named.execute("INSERT OR IGNORE INTO named VALUES (?, ?)", who).rowcount:
        return result
    [first] = named.execute("SELECT line FROM named WHERE who = ?", who[:1]).fetchone()
    return _wrong(result, f"This person is named in line {first} already.")


def _only_new(results: Sequence[ImportedLine], facts: RequestFacts) -> Iterator[ImportedLine]:
    """Nobody is imported without a hold where something has happened."""
    new: dict[UUID, bool] = {}
    for each in results:
        if each.tenant is None or each.effect in {Effect.SAME, Effect.WRONG}:
            yield each
            continue
        if each.tenant.pk not in new:
            new[each.tenant.pk] = is_new(each.tenant, facts.now)
        if new[each.tenant.pk]:
            yield each
        else:
            yield _wrong(
                each,
                "The organization is not new, so its new admins must be held: import it without"
                " --not-held.",
            )


def _wrong(result: ImportedLine, mistake: str) -> ImportedLine:
    return replace(result, effect=Effect.WRONG, mistake=mistake, tenant=None)
