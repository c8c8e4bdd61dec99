"""Give hardware tokens to the members of a tenant: one, or a file of them.

A provisioned token belongs to the tenant and is worth something only there; whoever gives it knows
its seed. So nobody gives one to themselves, which would be a way to lift one's own proofs, and
whoever gets one is told. Each
flow is one transaction that joins an outer one, with the events inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.core import token_file
from otpguard.core.assurance import FactorKind
from otpguard.core.events import FactorProvisioned
from otpguard.core.facts import RequestFacts
from otpguard.core.text import gettext_noop
from otpguard.core.token_file import Mistake, TokenRow
from otpguard.core.totp import Seed
from otpguard.exceptions import NotAllowed
from otpguard.factors import totp
from otpguard.flows.notify import notify
from otpguard.flows.scope import check_tenant
from otpguard.models import Factor, Membership, Tenant
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import Detail, NoticeKind

BATCH = 500
"""Rows an INSERT."""

# One text for everybody who is not a member, so that nothing is learned of other people.
_NOBODY = gettext_noop("No active member of this organization is called that.")
_SEVERAL = gettext_noop("Several members have this address: give the user instead.")
_OWN = gettext_noop("Nobody can give a token to themselves.")
_TAKEN = gettext_noop("There is a token with this serial number already.")


class BadTokenFile(NotAllowed):
    """A file of tokens has mistakes, so none of it was imported."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(_("The file has mistakes. Nothing was imported."))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a file and the member, by primary key, that it is for."""

    row: TokenRow
    user_id: str


def provision_token(
    *, facts: RequestFacts, tenant: Tenant, user_id: str, serial: str, seed: Seed, name: str = ""
) -> Factor:
    """Give one hardware token to a member; it can be used at once.

    Raises NotAllowed in another tenant, for oneself, for somebody who is no active member and for
    a serial number that the tenant has already; ValueError for what is no serial number.
    """
    check_tenant(facts, tenant.pk)
    if not token_file.is_serial(serial):
        raise ValueError("a serial number has 1 to 64 plain characters")
    if facts.user and facts.user == str(user_id):
        raise NotAllowed(_(_OWN))
    if not Membership.objects.filter(tenant=tenant, user_id=user_id, active=True).exists():
        raise NotAllowed(_(_NOBODY))
    factor = _factor(tenant, str(user_id), serial, seed, name)
    return _save(facts, tenant, [factor], source="hand")[0]


def import_tokens(*, facts: RequestFacts, tenant: Tenant, text: str) -> list[Factor]:
    """Give out all tokens of a file (see core.token_file), or none of them.

    Raises NotAllowed in another tenant, and BadTokenFile with every mistake by its line.
    """
    with transaction.atomic():
        tokens, mistakes = read(facts=facts, tenant=tenant, text=text)
        if mistakes:
            raise BadTokenFile(mistakes)
        made = [_factor(tenant, each.user_id, each.row.serial, each.row.seed) for each in tokens]
        return _save(facts, tenant, made, source="file")


def read(
    *, facts: RequestFacts, tenant: Tenant, text: str
) -> tuple[list[Token], tuple[Mistake, ...]]:
    """The tokens of a file and every mistake in it, by line; writes nothing.

    Raises NotAllowed in another tenant, so that nobody learns who its members are.
    """
    check_tenant(facts, tenant.pk)
    rows, mistakes = token_file.read(text)
    people = _People(tenant, rows)
    serials = {row.serial for row in rows}
    known = FACTORS.filter(tenant=tenant, serial__in=serials)
    taken = set(known.values_list("serial", flat=True))
    tokens = []
    for row in rows:
        if row.serial in taken:
            mistakes.append(Mistake(row.line, _TAKEN))
        found = people.of(row)
        if len(found) != 1:
            mistakes.append(Mistake(row.line, _SEVERAL if found else _NOBODY))
        elif facts.user and facts.user == found[0]:
            mistakes.append(Mistake(row.line, _OWN))
        else:
            tokens.append(Token(row=row, user_id=found[0]))
    return tokens, tuple(sorted(mistakes, key=lambda mistake: mistake.line))


class _People:
    """The active members that a file names, found in two reads whatever its length."""

    def __init__(self, tenant: Tenant, rows: Iterable[TokenRow]) -> None:
        user = get_user_model()
        login, address = user.USERNAME_FIELD, user.get_email_field_name()
        members = Membership.objects.filter(tenant=tenant, active=True)
        names = {row.user for row in rows if row.user}
        addresses = {row.email.lower() for row in rows if row.email}
        by_name = members.filter(**{f"user__{login}__in": names})
        lowered = members.annotate(address=Lower(f"user__{address}"))
        by_address = lowered.filter(address__in=addresses)
        self._by_name = _grouped(by_name.values_list(f"user__{login}", "user_id"))
        self._by_address = _grouped(by_address.values_list("address", "user_id"))

    def of(self, row: TokenRow) -> list[str]:
        """The primary keys of all whom a row may mean."""
        if row.user:
            return self._by_name.get(row.user, [])
        return self._by_address.get(row.email.lower(), [])


def _grouped(pairs: Iterable[tuple[object, object]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, pk in pairs:
        found.setdefault(str(name), []).append(str(pk))
    return found


def _factor(tenant: Tenant, user_id: str, serial: str, seed: Seed, name: str = "") -> Factor:
    factor = totp.build(
        user_id=user_id,
        name=name or serial,
        tenant=tenant,
        seed=seed,
        hardware=True,
        serial=serial,
    )
    factor.confirmed = True
    return factor


def _save(
    facts: RequestFacts, tenant: Tenant, factors: list[Factor], *, source: str
) -> list[Factor]:
    for factor in factors:
        factor.created_at = facts.now
    try:
        with transaction.atomic():
            FACTORS.bulk_create(factors, batch_size=BATCH)
            for event, where in _events(facts, tenant, factors, source):
                record(event, where)
            for user_id in dict.fromkeys(str(factor.user_id) for factor in factors):
                notify(
                    facts=facts,
                    kind=NoticeKind.FACTOR_ADDED,
                    user_id=user_id,
                    tenant_id=str(tenant.pk),
                    context={Detail.FACTOR: FactorKind.TOTP},
                )
    except IntegrityError:
        # Somebody else gave one of them out since it was looked up.
        raise NotAllowed(_(_TAKEN)) from None
    return factors


def _events(
    facts: RequestFacts, tenant: Tenant, factors: list[Factor], source: str
) -> Iterator[tuple[FactorProvisioned, Circumstances]]:
    for factor in factors:
        event = FactorProvisioned(
            factor=str(factor.pk), kind=factor.kind, source=source, serial=factor.serial
        )
        yield (
            event,
            Circumstances.of(
                facts, tenant=str(tenant.pk), subject=str(factor.user_id), target=tenant.name
            ),
        )
