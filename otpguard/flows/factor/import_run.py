"""One run of an importer: takes over row by row what people enrolled with another package.

Each factor is one transaction with its event, so a run that was stopped continues when it is
started again. The serial and the audit log remember what was taken: it does not come back when its
owner has removed it since. Each person gets one notice a run. Rows of the other package are locked,
never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, IntegrityError
from django.utils.translation import gettext as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core import shipped_kinds
from otpguard.core.events.factor import FactorProvisioned
from otpguard.core.facts import RequestFacts
from otpguard.core.totp import InvalidSeedError
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors.ceremony import CeremonyError
from otpguard.factors.phone import holders_of, number_of
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import is_site
from otpguard.models import Event, Factor, RecoveryCode
from otpguard.models.factor import FACTORS, NAME_LENGTH
from otpguard.notices.kinds import NoticeKind


class NotImportable(ValueError):  # noqa: N818 (a refusal, not a fault)
    """A row cannot be taken over. The text says why, and holds nothing secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMistake:
    """A row that was not taken over (`source` is app label and primary key), and why."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The result for one kind: factors added, factors known already, rows that their owner never
    confirmed, and why others failed. `about` is a line for the operator."""

    added: int
    known: int
    unconfirmed: int = 0
    mistakes: tuple[RowMistake, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a row becomes: an unsaved factor, recovery codes to be stored by a slow hash, and when
    it was enrolled."""

    factor: Factor
    codes: tuple[str, ...] = field(default=(), repr=False)
    enrolled_at: datetime | None = None


class _Done(StrEnum):
    """The result for one row."""

    ADDED = "added"
    KNOWN = "known"


class ImportRun:
    """One run for one package, named `source` in the events. `dry_run` counts, writes nothing.

    Raises NotAllowed unless the site is the actor.
    """

    def __init__(self, *, facts: RequestFacts, source: str, dry_run: bool) -> None:
        if not is_site(facts):
            raise NotAllowed(_("Only the site can do this."))
        self._facts = facts
        self._source = source
        self._dry_run = dry_run
        self._told: set[str] = set()
        self._counted: set[tuple[str, str]] = set()

    @property
    def now(self) -> datetime:
        """The time of the run."""
        return self._facts.now

    def take_rows(
        self,
        rows: Any,  # noqa: ANN401 (a query set of another package, which ships no types)
        build: Callable[[Any], Found | None],
        *,
        kind: str,
        label: str,
        unconfirmed: int = 0,
        about: str = "",
    ) -> Imported:
        """Take over each row of a query set, as the factor of `kind` that `build` makes of it, if
        there is anything left in it.

        `label` stands before the primary key in the serial. Locks and commits one row at a time.
        """

        def take_row(pk: object) -> _Done:
            serial = f"{label}/{pk}"
            # The lock lets a second run wait and then find what this one wrote.
            row = rows.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is None or self._is_known(row.user_id, kind, serial):
                return _Done.KNOWN
            return self._add(build(row), serial)

        pks = list(rows.values_list("pk", flat=True))
        return self._each(pks, take_row, label, unconfirmed=unconfirmed, about=about)

    def take_people(
        self, user_ids: Iterable[object], build: Callable[[Any], Found | None], *, label: str
    ) -> Imported:
        """Take over the recovery codes of each person, one set a person. `build` locks what it
        reads; commits one person at a time."""

        def take_person(user_id: object) -> _Done:
            if self._is_known(user_id, shipped_kinds.RECOVERY.slug, label):
                return _Done.KNOWN
            return self._add(build(user_id), label)

        return self._each(user_ids, take_person, label)

    def _each(
        self,
        keys: Iterable[Any],
        take_one: Callable[[Any], _Done],
        label: str,
        *,
        unconfirmed: int = 0,
        about: str = "",
    ) -> Imported:
        done: list[_Done] = []
        mistakes: list[RowMistake] = []
        for key in keys:
            try:
                with transaction.atomic():
                    done.append(take_one(key))
            except (NotImportable, InvalidSeedError) as error:
                mistakes.append(RowMistake(source=f"{label}/{key}", reason=_(str(error))))
            except IntegrityError:
                # The person set up the same thing at the same moment.
                done.append(_Done.KNOWN)
        return Imported(
            added=done.count(_Done.ADDED),
            known=done.count(_Done.KNOWN),
            unconfirmed=unconfirmed,
            mistakes=tuple(mistakes),
            about=about,
        )

    def _is_known(self, user_id: object, kind: str, serial: str) -> bool:
        """True when this was imported before, even if it was removed since; also when the person
        has recovery codes, because a person has only one set."""
        own = FACTORS.filter(user=user_id, tenant=None, kind=kind)
        if kind != shipped_kinds.RECOVERY.slug:
            own = own.filter(serial=serial)
        if own.exists():
            return True
        events = Event.objects.filter(
            tenant_id=None, subject_ref=str(user_id), kind=FactorProvisioned.code
        )
        gone = [json.loads(body)["data"] for body in events.values_list("body", flat=True)]
        return any(data["source"] == self._source and data["serial"] == serial for data in gone)

    def _add(self, found: Found | None, serial: str) -> _Done:
        if found is None:
            return _Done.KNOWN
        factor = found.factor
        factor.serial, factor.name = serial, factor.name[:NAME_LENGTH]
        if _is_there(factor):
            return _Done.KNOWN
        thing = (str(factor.user_id), factor.credential_id or factor.phone_index or factor.serial)
        if self._dry_run:
            # What the first of two like rows would have written.
            known = thing in self._counted
            self._counted.add(thing)
            return _Done.KNOWN if known else _Done.ADDED
        factor.confirmed = True
        factor.created_at = self._facts.now
        factor.save(force_insert=True)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(factor=factor, digest=make_password(code)) for code in found.codes
        )
        self._tell(found)
        return _Done.ADDED

    def _tell(self, found: Found) -> None:
        """Write the event, and notify the person the first time in this run."""
        factor, user = found.factor, str(found.factor.user_id)
        event = FactorProvisioned(
            factor=str(factor.pk),
            kind=factor.kind,
            source=self._source,
            serial=factor.serial,
            enrolled_at=found.enrolled_at.isoformat() if found.enrolled_at else "",
        )
        record(event, Circumstances.of(self._facts, subject=user))
        if user not in self._told:
            notify(facts=self._facts, kind=NoticeKind.FACTORS_IMPORTED, user_id=user)
            self._told.add(user)


def _is_there(factor: Factor) -> bool:
    """True when the person has this very number or passkey, switched off or not. Raises
    NotImportable when that is not theirs or not confirmed."""
    if factor.credential_id:
        same = FACTORS.filter(credential_id=factor.credential_id)
    elif factor.phone_index:
        same = holders_of(number_of(factor)).filter(user=factor.user_id, tenant=None)
    else:
        return False
    row = same.first()
    if row is not None and str(row.user_id) != str(factor.user_id):
        raise NotImportable(_("somebody else has this passkey here"))
    if row is not None and not row.confirmed:
        raise NotImportable(_("its owner is setting it up here now; run this again later"))
    return row is not None


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever another package's row makes its reader trip over into NotImportable.

    Its data may be of any age and its settings anybody's, so no list of exceptions is complete.
    """
    try:
        yield
    except (NotImportable, InvalidSeedError, DatabaseError):
        raise
    except CeremonyError as error:
        raise NotImportable(f"{_('its key cannot be used')} ({error.reason})") from None
    except Exception:  # noqa: BLE001 (see above; the cause may show a secret)
        raise NotImportable(_("its data cannot be read")) from None
