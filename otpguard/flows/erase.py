"""Delete what belongs to a person or a tenant, when the host deletes the user or tenant row.

Every way of deleting a user or a tenant row comes here first, by Django's `pre_delete`: the admin,
one or many, `user.delete()` in a view or a command. Open challenges and live proofs end first, then
their rows go. The audit log stays: it names people by references, see flows.privacy.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CASCADE, ManyToOneRel, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import email_of
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record, record_all
from otpguard.core.events.erasure import PersonRemoved, TenantRemoved
from otpguard.core.events.factor import FactorRemoved
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import OF_MAILBOXES, OF_NUMBERS
from otpguard.core.pumping.email_first import mailbox_of
from otpguard.database import transaction
from otpguard.exceptions import ErasureRefused
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.key.holder import end_keys_everywhere
from otpguard.flows.lock_order import lock_person, lock_tenant
from otpguard.flows.release.destroy import delete_files_later
from otpguard.flows.scope import is_site
from otpguard.flows.session.revoke import end_grants
from otpguard.models import (
    Challenge,
    Factor,
    Grant,
    Hold,
    LegalHold,
    MailedBrowser,
    Membership,
    Notice,
    NumberAnswer,
    NumberOutcome,
    NumberRelease,
    PumpingDecision,
    Receipt,
    Tenant,
    Usage,
)
from otpguard.models.factor import FACTORS
from otpguard.tenants.directory import member_of, members_are_ours

FIRST: tuple[type[Model], ...] = (Challenge, Factor, Grant)
"""Whose rows go first: the order in which rows are locked (A25)."""


def remove_tenant(*, facts: RequestFacts, tenant: Tenant) -> None:
    """Delete a tenant with its members, policies, factors that it gave out and proofs.

    One transaction that joins an outer one; locks as `erase_tenant` does. Raises ErasureRefused
    within a tenant, while a hold runs in it and while it is under legal hold.
    """
    check_removal(facts)
    with transaction.atomic():
        _check(Hold.objects.filter(tenant=tenant.pk), tenant.legal_hold, facts)
        tenant.delete()


def check_removal(facts: RequestFacts) -> None:
    """Let the site delete tenants, so that a door can ask before a step-up. Raises
    ErasureRefused."""
    if not is_site(facts):
        raise ErasureRefused(
            str(_("Organizations can be deleted only while no organization is selected."))
        )


def erase_person(*, facts: RequestFacts, user_id: str) -> None:
    """Delete all our rows of a person who is about to be deleted, in the caller's transaction.

    Locks the person for good, so that nobody logs in or proves anything, then their
    memberships, challenges, factors and grants. Anonymous challenges go too that proved a number of
    theirs, or whose claim went into their account, and links to their mailbox. Writes
    `factor.removed` for each factor and `person.removed` with the counts, unless there was nothing.
    Raises ErasureRefused while a hold on the person runs, or under a legal hold on them or a tenant
    of theirs.
    """
    lock_person(user_id, for_good=True)
    members = Membership.objects.select_for_update(of=("self",), no_key=True)
    list(members.filter(Q(user_id=user_id)).order_by("pk").values_list("pk"))
    _check(Hold.objects.filter(Q(user_id=user_id)), is_kept(user_id=user_id), facts)
    delete_files_later(user=user_id)
    end_keys_everywhere(facts=facts, user_id=user_id, reason="person removed")
    _record_factors(facts, user_id)
    counts = _delete_anonymous(facts, user_id)
    for name, count in _delete(facts, get_user_model(), user_id, "user", "person removed").items():
        counts[name] = counts.get(name, 0) + count
    if counts:
        where = Circumstances.of(facts, tenant="", subject=user_id)
        record(PersonRemoved(counts=counts), where)


def erase_tenant(*, facts: RequestFacts, tenant: Tenant) -> None:
    """Delete all our rows of a tenant that is about to be deleted, in the caller's transaction.

    Locks the tenant for good, then as `erase_person` does. Writes `tenant.removed` with the counts.
    Raises ErasureRefused while a hold runs in the tenant or it is under legal hold.
    """
    row = lock_tenant(tenant.pk, for_good=True)
    _check(Hold.objects.filter(tenant=row.pk), row.legal_hold, facts)
    delete_files_later(tenant=row.pk)
    counts = _delete(facts, Tenant, row.pk, "tenant", "tenant removed")
    where = Circumstances.of(facts, tenant=str(row.pk), subject="", target=row.name)
    record(TenantRemoved(slug=row.slug, counts=counts), where)


def is_kept(*, user_id: object) -> bool:
    """True for somebody under legal hold, and for who is or was a member of a tenant under one."""
    if LegalHold.objects.filter(user_key=str(user_id), lifted_at=None).exists():
        return True
    kept = Tenant.objects.filter(legal_hold=True)
    if Membership.objects.filter(Q(user_id=user_id), tenant__in=kept).exists():
        return True
    if members_are_ours():
        return False
    keys = kept.values_list("pk", flat=True)
    return any(member_of(str(user_id), str(key)) is not None for key in keys)


def _check(holds: QuerySet[Hold], kept: bool, facts: RequestFacts) -> None:  # noqa: FBT001 (a word beside its query)
    if kept:
        raise ErasureRefused(str(_("A legal hold forbids this.")))
    if holds.filter(lifted_at=None, until__gt=facts.now).exists():
        raise ErasureRefused(str(_("A waiting period is running. Lift it first, or wait for it.")))


def rows_of_person(user_id: str) -> list[QuerySet[Any]]:
    """All our rows that `erase_person` would delete, for somebody who wants to see them: also those
    that go with others. A row may be in more than one."""
    receipts = Receipt.objects.filter(Q(delivery__challenge__user=user_id))
    mine = [*_falling(get_user_model(), user_id), *_anonymous_rows(user_id)]
    return [*mine, *(below for rows in mine for below in _below(rows)), receipts]


def _below(rows: QuerySet[Any]) -> list[QuerySet[Any]]:
    """What goes with such rows, and what goes with that."""
    direct = _falling(rows.model, rows.order_by(), "__in")
    return [each for below in direct for each in (below, *_below(below))]


def number_indexes(user_id: str) -> set[str]:
    """The blind indexes of a person's phone numbers."""
    phones = Factor.objects.filter(Q(user_id=user_id)).exclude(phone_index="")
    pairs = phones.values_list("phone_index", "phone_index_old")
    return {index for pair in pairs for index in pair} - {""}


def uses_of_person(user_id: str) -> QuerySet[Usage]:
    """What is counted of the numbers and the mailbox of a person. It goes when they are erased, and
    not with their account: else a number was new with each one."""
    user = _account(user_id)
    email = email_of(user) if user is not None else ""
    mailboxes = vault.blind_indexes(mailbox_of(email)) if email else ()
    numbers = Q(cap__in=OF_NUMBERS, key__in=number_indexes(user_id))
    return Usage.objects.filter(numbers | Q(cap__in=OF_MAILBOXES, key__in=mailboxes))


def _anonymous_rows(user_id: str) -> list[QuerySet[Any]]:
    """The anonymous challenges of a person, first of all, as far as their numbers and claims tell,
    with receipts, and what was decided and counted about their numbers."""
    indexes = number_indexes(user_id)
    theirs = Q(phone_index__in=indexes) | Q(claim__user=user_id)
    keys = list(Challenge.objects.exclude(browser="").filter(theirs).values_list("pk", flat=True))
    decided = PumpingDecision.objects.filter(Q(phone_index__in=indexes) | Q(challenge__in=keys))
    mailed = _mailed(user_id)
    return [
        Challenge.objects.filter(pk__in=keys),
        Receipt.objects.filter(delivery__challenge__in=keys),
        decided,
        NumberRelease.objects.filter(phone_index__in=indexes),
        NumberOutcome.objects.filter(phone_index__in=indexes),
        Notice.objects.filter(pk__in=list(mailed.values_list("notice", flat=True))),
        mailed,
        NumberAnswer.objects.filter(phone_index__in=indexes),
    ]


def _delete_anonymous(facts: RequestFacts, user_id: str) -> dict[str, int]:
    """End and delete the anonymous challenges of a person and what hangs on their numbers. Returns
    counts by kind."""
    challenges, receipts, *others = _anonymous_rows(user_id)
    if challenges.exists():
        cancel_open(facts, challenges, "person removed")
    gone: dict[str, int] = {}
    for each in (receipts, challenges, *others):
        gone.update(_counted(each.delete()[1]))
    return gone


def _record_factors(facts: RequestFacts, user_id: str) -> None:
    """Each factor leaves an event, as when it is removed alone."""
    rows = FACTORS.filter(Q(user_id=user_id)).order_by("created_at", "pk")
    record_all(
        [
            (
                FactorRemoved(factor=str(row.pk), kind=row.kind, reason="person removed"),
                Circumstances.of(facts, tenant=str(row.tenant_id or ""), subject=user_id),
            )
            for row in rows
        ]
    )


def _mailed(user_id: str) -> QuerySet[MailedBrowser]:
    """The links that went to the mailbox of a person's account before they had one."""
    user = _account(user_id)
    email = email_of(user) if user is not None else ""
    if not email:
        return MailedBrowser.objects.none()
    return MailedBrowser.objects.filter(email_index__in=vault.blind_indexes(mailbox_of(email)))


def _account(user_id: str) -> AbstractBaseUser | None:
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    return people.filter(pk=user_id).first()


def _delete(
    facts: RequestFacts,
    model: type[Model],
    key: object,
    whose: str,
    reason: str,
) -> dict[str, int]:
    """End what is open, then delete all rows that depend on this one. Returns counts by kind."""
    mine = {whose: key}
    cancel_open(facts, Challenge.objects.filter(**mine), reason)
    live = Grant.objects.select_for_update().filter(**mine, revoked_at=None)
    end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), reason)
    # A receipt outlives its message, and holds the number that it went to.
    receipts = Receipt.objects.filter(Q(**{f"delivery__challenge__{whose}": key}))
    gone = _counted(receipts.delete()[1])
    for queryset in _falling(model, key):
        for name, count in _counted(queryset.delete()[1]).items():
            gone[name] = gone.get(name, 0) + count
    return gone


def _falling(model: type[Model], key: object, how: str = "") -> list[QuerySet[Any]]:
    """Our rows that depend on this one, or "__in" some, in the order of FIRST, then by name."""
    found: list[tuple[int, str, QuerySet[Any]]] = []
    # Hidden ones too: most of ours are not offered on the host's users.
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 (Django's documented Meta API)
        if not isinstance(relation, ManyToOneRel):
            continue
        theirs, field = relation.related_model, relation.field
        if theirs._meta.app_label != "otpguard" or relation.on_delete is not CASCADE:  # noqa: SLF001 (Django's documented Meta API)
            continue
        place = FIRST.index(theirs) if theirs in FIRST else len(FIRST)
        rows = theirs._base_manager.filter(**{f"{field.name}{how}": key})  # noqa: SLF001 (documented)
        found.append((place, theirs.__name__, rows))
    return [rows for _place, _name, rows in sorted(found, key=lambda each: each[:2])]


def _counted(by_model: dict[str, int]) -> dict[str, int]:
    return {
        label.rpartition(".")[2].lower(): count
        for label, count in by_model.items()
        if count and label.startswith("otpguard.")
    }
