"""Give hardware tokens to the members of a tenant, from a file of one or more.

A provisioned token belongs to the tenant and counts only there. The administrator who gives it
knows its seed. So administrators cannot give one to themselves, which would raise their own level,
and the new holder is notified. Each flow is one transaction that joins an outer one, with the
events inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from otpguard.account import email_field
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core import token_csv
from otpguard.core.events.factor import FactorProvisioned
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import TOTP
from otpguard.core.text import gettext_noop
from otpguard.core.token_file import Mistake, Person, TokenRow
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.factors import pskc, totp
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_tenant
from otpguard.models import Factor, Membership, Tenant
from otpguard.models.factor import FACTORS, NAME_LENGTH
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.directory import member_of, members_are_ours

BATCH = 500
"""Rows an INSERT."""

# The same text for everybody who is not a member, so that it reveals nothing about people.
_NOBODY = gettext_noop("This organization has no active member with this name.")
_SEVERAL = gettext_noop("Several members have this e-mail address: give the user instead.")
_OWN = gettext_noop("You cannot give a token to yourself.")
_TAKEN = gettext_noop("A token with this serial number already exists.")
_NOT_IN_FILE = gettext_noop("The file has no token with this serial number.")


class BadTokenFile(InvalidInput):
    """A file of tokens has mistakes, so none of it was imported."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("text", _("The file has mistakes. Nothing was imported."))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a file and the member, by primary key, that it is for."""

    row: TokenRow
    user_id: str


def import_tokens(
    *, facts: RequestFacts, tenant: Tenant, text: str, key: str = "", owners: str = ""
) -> list[Factor]:
    """Give out all tokens of a file, or none of them.

    `text` is CSV (see core.token_csv) or PSKC (see factors.pskc). `key` opens an encrypted PSKC
    file: a pre-shared key in hex or base64, or a passphrase. `owners` is a list of owners as CSV;
    with one, only its tokens are given out, and it alone says to whom. Raises NotAllowed in another
    tenant, and BadTokenFile with every mistake by its line.
    """
    with transaction.atomic():
        tokens, mistakes = read_tokens(
            facts=facts, tenant=tenant, text=text, key=key, owners=owners
        )
        if mistakes:
            raise BadTokenFile(mistakes)
        return _save(facts, tenant, [_factor(tenant, each) for each in tokens])


def read_tokens(
    *, facts: RequestFacts, tenant: Tenant, text: str, key: str = "", owners: str = ""
) -> tuple[list[Token], tuple[Mistake, ...]]:
    """The tokens of a file and every mistake in it, by line; writes nothing.

    Raises NotAllowed in another tenant, so that nobody learns who its members are.
    """
    check_tenant(facts, tenant.pk)
    rows, mistakes = _rows(text, key, owners, facts.now)
    people = _People(tenant, [row.person for _blame, row in rows])
    known = FACTORS.filter(tenant=tenant, serial__in={row.serial for _blame, row in rows})
    taken = set(known.values_list("serial", flat=True))
    tokens = []
    for blame, row in rows:
        if row.serial in taken:
            mistakes.append(blame(_TAKEN))
        found = people.of(row.person)
        if len(found) != 1:
            mistakes.append(blame(_SEVERAL if found else _NOBODY))
        elif facts.user and facts.user == found[0]:
            mistakes.append(blame(_OWN))
        else:
            tokens.append(Token(row=row, user_id=found[0]))
    return tokens, tuple(sorted(mistakes, key=lambda each: (each.in_owners, each.line)))


Blame: TypeAlias = Callable[[str], Mistake]
"""Says what is wrong about a person in the line that names them."""


def _rows(
    text: str, key: str, owners: str, now: datetime
) -> tuple[list[tuple[Blame, TokenRow]], list[Mistake]]:
    """The rows of a file with whom they are for, and every mistake so far."""
    owned = bool(owners.strip())
    if pskc.is_pskc(text):
        found = pskc.read_pskc(text, key=key, now=now, owned=owned)
    else:
        found = token_csv.read_tokens(text, owned=owned)
    if not owned:
        return [(partial(Mistake, row.line), row) for row in found.rows], found.mistakes
    listed, wrong = token_csv.read_owners(owners)
    by_serial = {row.serial: row for row in found.rows}
    rows: list[tuple[Blame, TokenRow]] = []
    for owner in listed:
        blame = partial(Mistake, owner.line, in_owners=True)
        row = by_serial.get(owner.serial)
        if row is not None:
            rows.append((blame, replace(row, person=owner.person)))
        elif not found.mistakes:
            wrong.append(blame(_NOT_IN_FILE))
    return rows, [*found.mistakes, *wrong]


class _People:
    """The active members that a file names, found in two reads whatever its length; one more for
    each person if the host's own directory knows the members."""

    def __init__(self, tenant: Tenant, named: Iterable[Person]) -> None:
        user = get_user_model()
        login, email = user.USERNAME_FIELD, email_field(user)
        people = list(named)
        names = {person.user for person in people if person.user}
        emails = {person.email.lower() for person in people if person.email}
        users = user._base_manager.order_by()  # noqa: SLF001 (documented; whatever a manager hides)
        if members_are_ours():
            members = Membership.objects.filter(tenant=tenant, active=True)
            users = users.filter(pk__in=members.values("user_id"))
        by_name = users.filter(**{f"{login}__in": names})
        self._by_name = _members(tenant, by_name.values_list(login, "pk"))
        self._by_email: dict[str, list[str]] = {}
        if email and emails:
            by_email = users.annotate(lowered=Lower(email)).filter(lowered__in=emails)
            self._by_email = _members(tenant, by_email.values_list("lowered", "pk"))

    def of(self, person: Person) -> list[str]:
        """The primary keys of all members who may be meant; a login name goes first."""
        by_name = self._by_name.get(person.user, [])
        return by_name or self._by_email.get(person.email.lower(), [])


def _members(tenant: Tenant, pairs: Iterable[tuple[object, object]]) -> dict[str, list[str]]:
    """The people by name; those whom the host's directory does not know are left out."""
    ours, found = members_are_ours(), dict[str, list[str]]()
    for name, pk in pairs:
        known = None if ours else member_of(str(pk), str(tenant.pk))
        if ours or (known is not None and known.active):
            found.setdefault(str(name), []).append(str(pk))
    return found


def _factor(tenant: Tenant, token: Token) -> Factor:
    row = token.row
    factor = totp.build(
        user_id=token.user_id,
        name=f"{row.model} {row.serial}".strip()[:NAME_LENGTH],
        tenant=tenant,
        seed=row.seed,
        hardware=True,
        serial=row.serial,
        drift=row.drift,
    )
    factor.confirmed = True
    return factor


def _save(facts: RequestFacts, tenant: Tenant, factors: list[Factor]) -> list[Factor]:
    for factor in factors:
        factor.created_at = facts.now
    try:
        with transaction.atomic():
            FACTORS.bulk_create(factors, batch_size=BATCH)
            for event, where in _events(facts, tenant, factors):
                record(event, where)
            for user_id in dict.fromkeys(str(factor.user_id) for factor in factors):
                notify(
                    facts=facts,
                    kind=NoticeKind.FACTOR_ADDED,
                    user_id=user_id,
                    tenant_id=str(tenant.pk),
                    context={Detail.FACTOR: TOTP.slug},
                )
    except IntegrityError:
        # Somebody else gave one of them out since it was looked up.
        raise InvalidInput("serial", _(_TAKEN)) from None
    return factors


def _events(
    facts: RequestFacts, tenant: Tenant, factors: list[Factor]
) -> Iterator[tuple[FactorProvisioned, Circumstances]]:
    for factor in factors:
        event = FactorProvisioned(
            factor=str(factor.pk), kind=factor.kind, source="file", serial=factor.serial
        )
        yield (
            event,
            Circumstances.of(
                facts, tenant=str(tenant.pk), subject=str(factor.user_id), target=tenant.name
            ),
        )
