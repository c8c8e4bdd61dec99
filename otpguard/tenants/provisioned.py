"""What a host's own tenant directory may take from SCIM: members, and new accounts.

Both methods are optional. Without them, members go into our table, and accounts are made as rows of
the host's user model.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from django.contrib.auth import get_user_model
from django.db.models import Q

from otpguard.account import email_field
from otpguard.tenants.directory import directory, members_are_ours

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody whom a directory describes and who has no account yet; any part may be empty."""

    user_name: str
    email: str = ""
    given_name: str = ""
    family_name: str = ""


@runtime_checkable
class TakesMembers(Protocol):
    """A tenant directory that lets SCIM write its members."""

    def provision_member(
        self, user: str, tenant: str, *, roles: frozenset[str], active: bool
    ) -> None:
        """Make the person a member with these roles, or end the membership (`active` is False).

        Called inside a transaction of otpguard's database, before our own row is written, and
        again with the same values. Whatever it raises undoes the change.
        """


@runtime_checkable
class MakesAccounts(Protocol):
    """A tenant directory that makes the accounts of newcomers itself."""

    def make_account(self, newcomer: Newcomer, tenant: str) -> str:
        """Make an account that nobody can log in to by a password; its primary key as text."""


def takes_members() -> bool:
    """True where SCIM can write members: into our table, or through the host's directory."""
    return members_are_ours() or isinstance(directory(), TakesMembers)


def makes_accounts() -> bool:
    """True where newcomers can get an account: from the host's directory, or as a plain row."""
    if isinstance(directory(), MakesAccounts):
        return True
    model = get_user_model()
    return set(model.REQUIRED_FIELDS) <= {email_field(model)}


def provision_member(user: str, tenant: str, *, roles: frozenset[str], active: bool) -> None:
    """Tell the host's directory; does nothing where members are ours."""
    made = directory()
    if isinstance(made, TakesMembers):
        made.provision_member(user, tenant, roles=roles, active=active)


def make_account(newcomer: Newcomer, tenant: str) -> str:
    """An account for a newcomer, without a usable password; its primary key as text.

    It never is an account that was there before: a login name that is taken gets an ending.
    """
    made = directory()
    if isinstance(made, MakesAccounts):
        return made.make_account(newcomer, tenant)
    model: Any = get_user_model()
    columns = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 (Django's documented Meta API)
    values = {"first_name": newcomer.given_name, "last_name": newcomer.family_name}
    values = {name: value for name, value in values.items() if name in columns}
    if email := email_field(model):
        values[email] = newcomer.email
    login = model._meta.get_field(model.USERNAME_FIELD)  # noqa: SLF001 (the same)
    if login.name != email or not newcomer.email:
        values[login.name] = _free_name(model, login, newcomer.user_name)
    row = model(**{name: _cut(model, name, value) for name, value in values.items()})
    row.set_unusable_password()
    row.save(force_insert=True)
    return str(row.pk)


def _free_name(model: Any, login: Any, wanted: str) -> str:  # noqa: ANN401 (the host's model and column)
    longest = login.max_length or len(wanted)
    name = wanted[:longest]
    for _try in range(_TRIES):
        if not model._base_manager.filter(Q(**{f"{login.name}__iexact": name})).exists():  # noqa: SLF001 (documented)
            return name
        name = f"{wanted[: longest - 9]}~{secrets.token_hex(4)}"
    return name


def _cut(model: Any, name: str, value: str) -> str:  # noqa: ANN401 (the host's model)
    longest = getattr(model._meta.get_field(name), "max_length", None)  # noqa: SLF001 (documented)
    return value[:longest] if longest else value
