"""People of a directory: created, changed, removed. An account that was here before is never
taken over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.account import email_field
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event
from otpguard.core.events.provisioning.scim import (
    DirectoryPersonChanged,
    DirectoryPersonCreated,
    DirectoryPersonDeleted,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.scim import WINDOW
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.lock_order import lock_person, lock_tenant
from otpguard.flows.scim.membership import give_membership
from otpguard.flows.scim.phone import keep_number
from otpguard.flows.scim.removal import remove_person
from otpguard.flows.scim.values import PersonValues, save_emails, write_values
from otpguard.flows.scope import check_tenant
from otpguard.models import ScimEmail, ScimGroupMember, ScimUser, Tenant
from otpguard.tenants.provisioned import make_account, takes_members

_TAKEN = _("Somebody in this directory has this user name already.")


def create_person(*, facts: RequestFacts, tenant: Tenant, values: PersonValues) -> ScimUser:
    """Add a person to a directory, with an account and a membership.

    Somebody whose e-mail address an account here has already is *asked*, and nothing is linked
    until they have said so themselves (A1). Anybody else gets a new account, which has to enroll as
    the tenant's rules say. One transaction that joins an outer one; locks the tenant. Raises
    NotAllowed in another tenant and where the host's directory takes no members, InvalidInput
    (`user_name`) for a name that is taken.
    """
    check_tenant(facts, tenant.pk)
    _check_takes_members()
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        row = ScimUser(tenant=locked, created_at=facts.now, changed_at=facts.now)
        write_values(row, values, locked)
        row.active = values.active is not False
        row.asked_id = _account_before(values)
        if row.asked_id is None:
            _check_free(row)
            row.user_id = _key(make_account(values.newcomer, str(locked.pk)))
        _save(row)
        save_emails(row, values, is_new=True)
        said = DirectoryPersonCreated(person=str(row.pk), new_account=row.asked_id is None)
        _tell_log(facts, row, said)
        if row.active and row.user_id is not None:
            give_membership(facts, locked, row)
            keep_number(facts, locked, row)
    return row


def change_person(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    person: UUID,
    values: PersonValues,
    expected_version: int | None = None,
) -> ScimUser:
    """Bring a person up to what the directory says; it stays the same person whatever their name
    or address is now.

    The account's own name and address stay as they are: they are the person's, not a customer's.
    Locks the person, then the tenant and the row. Raises NotAllowed in another tenant,
    ScimUser.DoesNotExist, InvalidInput for a name that is taken (`user_name`) and for a row that
    has changed since `expected_version` (`version`).
    """
    check_tenant(facts, tenant.pk)
    _check_takes_members()
    with transaction.atomic():
        locked, row = _locked(tenant, person, expected_version)
        changed = write_values(row, values, locked)
        active = row.active if values.active is None else values.active
        if active != row.active:
            changed.append("active")
        if not changed:
            return row
        row.version, row.changed_at = row.version + 1, facts.now
        _save(row)
        save_emails(row, values)
        _tell_log(facts, row, DirectoryPersonChanged(person=str(row.pk), changed=changed))
        if "active" in changed:
            _change_activity(facts, locked, row, active=active)
        if "phones" in changed and row.active:
            keep_number(facts, locked, row)
    return row


def delete_person(
    *, facts: RequestFacts, tenant: Tenant, person: UUID, expected_version: int | None = None
) -> None:
    """Take a person out of a directory; account and audit log stay. Locks and raises as
    `change_person`."""
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked, row = _locked(tenant, person, expected_version)
        ScimGroupMember.objects.filter(person=row).delete()
        ScimEmail.objects.filter(person=row).delete()
        row.deleted_at, row.asked = facts.now, None
        row.user_name = row.folded = str(row.pk)
        row.external_id, row.attributes, row.phones, row.number = "", {}, "", ""
        row.save()
        keep_number(facts, locked, row)
        if row.active:
            remove_person(facts, locked, row)
        if row.removal_held is None:
            row.user = None
            row.save(update_fields=["user"])
        _tell_log(facts, row, DirectoryPersonDeleted(person=str(row.pk)))
        old = ScimUser.objects.filter(tenant=locked, deleted_at__lte=facts.now - WINDOW)
        old.filter(removal_held=None).delete()


def _change_activity(facts: RequestFacts, tenant: Tenant, row: ScimUser, *, active: bool) -> None:
    if not active:
        remove_person(facts, tenant, row)
        return
    held, row.removal_held = row.removal_held, None
    row.active, row.left_at = True, None
    row.save(update_fields=["active", "left_at", "removal_held"])
    if row.user_id is not None and held is None:
        give_membership(facts, tenant, row)
        keep_number(facts, tenant, row)


def _locked(tenant: Tenant, person: UUID, expected_version: int | None) -> tuple[Tenant, ScimUser]:
    """The tenant and the row, locked after the account."""
    known = ScimUser.objects.filter(tenant=tenant, pk=person, deleted_at=None)
    account = known.values_list("user_id", flat=True).first()
    if account is not None:
        lock_person(account)
    locked = lock_tenant(tenant.pk)
    row = known.select_for_update(of=("self",)).get()
    if expected_version is not None and row.version != expected_version:
        raise InvalidInput("version", str(_("It has been changed since.")))
    return locked, row


def _check_takes_members() -> None:
    if not takes_members():
        raise NotAllowed(str(_("The members of this site cannot be changed by SCIM.")))


def _account_before(values: PersonValues) -> Any:  # noqa: ANN401 (a key of the host's user model)
    """The account that has one of these e-mail addresses, if there is one. A user name that is an
    address counts as one; one that is not says nothing about who somebody is elsewhere."""
    model: Any = get_user_model()
    emails = {value for _kind, value in values.emails}
    if "@" in values.user_name:
        emails.add(values.user_name.lower())
    columns = {name for name in (email_field(model), model.USERNAME_FIELD) if name}
    wanted = Q()
    for email in emails:
        for column in columns:
            wanted |= Q(**{f"{column}__iexact": email})
    if not wanted:
        return None
    rows = model._base_manager.filter(wanted)  # noqa: SLF001 (documented; whatever a manager hides)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def _check_free(row: ScimUser) -> None:
    """Before an account is made that nobody would use."""
    taken = ScimUser.objects.filter(tenant=row.tenant, folded=row.folded, deleted_at=None)
    if taken.exists():
        raise InvalidInput("user_name", str(_TAKEN))


def _save(row: ScimUser) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise InvalidInput("user_name", str(_TAKEN)) from None


def _key(user_id: str) -> Any:  # noqa: ANN401 (a key of the host's user model)
    return get_user_model()._meta.pk.to_python(user_id)  # noqa: SLF001 (Django's documented Meta API)


def _tell_log(facts: RequestFacts, row: ScimUser, said: Event) -> None:
    subject = str(row.user_id or "")
    record(said, Circumstances.of(facts, tenant=str(row.tenant_id), subject=subject))
