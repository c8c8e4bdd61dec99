"""Keys of ours end with the right of who holds them: the last person who gave them a secret.

Somebody who has left must not keep a way in, and one who lost a role must not keep it in a key
(A10). A rotation hands a key over. Keys of the host's own are the host's to end.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.account import find_user
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import is_still_entitled
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.key.ledger import end_record
from otpguard.flows.scope import check_tenant
from otpguard.models import KeyRecord
from otpguard.tenants.directory import member_of


def is_held(row: KeyRecord) -> bool:
    """True while who holds a key has an open account, an active membership and every role from when
    the secret was made. True for a key that no person made.

    Raises StoreUnavailable when the directory cannot be read.
    """
    holder = row.rotated_by_id or row.created_by_id
    if holder is None:
        return True
    user = find_user(holder)
    if user is None or not user.is_active:
        return False
    member = member_of(str(holder), str(row.tenant_id))
    return member is not None and is_still_entitled(
        active=member.active, had=frozenset(row.roles), has=member.roles
    )


def end_keys_of(*, facts: RequestFacts, tenant: object, user_id: str, reason: str) -> int:
    """End the keys that a change of membership, which the caller has written, takes from a person.

    Joins the caller's transaction and locks the keys, which stay in the ledger. Returns how many;
    each is an event with the reason.
    """
    rows = _held_by(user_id).filter(Q(tenant=tenant))
    return _end_each(facts, [row for row in rows if not is_held(row)], reason)


def end_keys_everywhere(*, facts: RequestFacts, user_id: str, reason: str) -> int:
    """As `end_keys_of`, all keys of a person who is about to be removed."""
    return _end_each(facts, list(_held_by(user_id)), reason)


def withdraw_key(*, facts: RequestFacts, key: KeyRecord, reason: str) -> None:
    """End a key of ours for an administrator of its tenant, or the site. Commits.

    The door has asked for a proof. Raises NotAllowed in another tenant, InvalidInput (`key`) for a
    key that has ended or whose secret was made elsewhere.
    """
    check_tenant(facts, key.tenant_id)
    with transaction.atomic():
        row = KeyRecord.objects.select_for_update(of=("self",)).get(pk=key.pk)
        if row.digest is None:
            raise InvalidInput("key", str(_("The secret of this key was made elsewhere.")))
        if row.deleted_at is not None:
            raise InvalidInput("key", str(_("This key has been deleted.")))
        end_record(facts=facts, row=row, reason=reason)


def _held_by(user_id: str) -> QuerySet[KeyRecord]:
    holds = Q(rotated_by=user_id) | Q(rotated_by=None, created_by=user_id)
    ours = KeyRecord.objects.filter(holds, deleted_at=None).exclude(digest=None)
    return ours.select_for_update(of=("self",)).order_by("pk")


def _end_each(facts: RequestFacts, rows: list[KeyRecord], reason: str) -> int:
    for row in rows:
        end_record(facts=facts, row=row, reason=reason)
    return len(rows)
