"""Delete what belongs to a person or a tenant, when the host deletes the user or tenant row.

Every way of deleting a user or a tenant row comes here first, by Django's `pre_delete`: the admin,
one or many, `user.delete()` in a view or a command. Open challenges and live proofs end first, then
their rows go. The audit log stays: it names people and tenants by their ids.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CASCADE, ManyToOneRel, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.events.erasure import PersonRemoved, TenantRemoved
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import ErasureRefused
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.lock_order import lock_person, lock_tenant
from otpguard.flows.scope import is_site
from otpguard.flows.session.revoke import end_grants
from otpguard.models import Challenge, Factor, Grant, Hold, Membership, Receipt, Tenant
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
    theirs, or whose claim went into their account. Writes `person.removed` with the counts, unless
    there was nothing. Raises ErasureRefused while a hold on the person runs, or a tenant of theirs
    is under legal hold.
    """
    lock_person(user_id, for_good=True)
    members = Membership.objects.select_for_update(of=("self",), no_key=True)
    list(members.filter(Q(user_id=user_id)).order_by("pk").values_list("pk"))
    _check(Hold.objects.filter(Q(user_id=user_id)), is_kept(user_id=user_id), facts)
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
    counts = _delete(facts, Tenant, row.pk, "tenant", "tenant removed")
    where = Circumstances.of(facts, tenant=str(row.pk), subject="", target=row.name)
    record(TenantRemoved(slug=row.slug, counts=counts), where)


def is_kept(*, user_id: object) -> bool:
    """True for somebody who is or was a member of a tenant under legal hold."""
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


def _delete_anonymous(facts: RequestFacts, user_id: str) -> dict[str, int]:
    """End and delete the anonymous challenges of a person, as far as their numbers and claims tell,
    with deliveries, receipts and claims. Returns counts by kind."""
    phones = Factor.objects.filter(Q(user_id=user_id)).exclude(phone_index="")
    pairs = phones.values_list("phone_index", "phone_index_old")
    indexes = {index for pair in pairs for index in pair} - {""}
    theirs = Q(phone_index__in=indexes) | Q(claim__user=user_id)
    keys = list(Challenge.objects.exclude(browser="").filter(theirs).values_list("pk", flat=True))
    if not keys:
        return {}
    rows = Challenge.objects.filter(pk__in=keys)
    cancel_open(facts, rows, "person removed")
    gone = _counted(Receipt.objects.filter(delivery__challenge__in=keys).delete()[1])
    return {**gone, **_counted(rows.delete()[1])}


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


def _falling(model: type[Model], key: object) -> list[QuerySet[Any]]:
    """Our rows that depend on this one, in the order of FIRST, then by name."""
    found: list[tuple[int, str, QuerySet[Any]]] = []
    # Hidden ones too: most of ours are not offered on the host's users.
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 (Django's documented Meta API)
        if not isinstance(relation, ManyToOneRel):
            continue
        theirs, field = relation.related_model, relation.field
        if theirs._meta.app_label != "otpguard" or relation.on_delete is not CASCADE:  # noqa: SLF001 (Django's documented Meta API)
            continue
        place = FIRST.index(theirs) if theirs in FIRST else len(FIRST)
        rows = theirs._base_manager.filter(**{field.name: key})  # noqa: SLF001 (documented)
        found.append((place, theirs.__name__, rows))
    return [rows for _place, _name, rows in sorted(found, key=lambda each: each[:2])]


def _counted(by_model: dict[str, int]) -> dict[str, int]:
    return {
        label.rpartition(".")[2].lower(): count
        for label, count in by_model.items()
        if count and label.startswith("otpguard.")
    }
