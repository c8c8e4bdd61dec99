"""Import what people enrolled with django-otp's own plugins, and encrypt its keys.

Confirmed `otp_totp` devices become authenticators, and the tokens of confirmed `otp_static` devices
one set of recovery codes a person. django-otp's rows stay as they are. A factor that was imported
once is not imported again, even if its owner has removed it since: the audit log remembers it. Each
factor is one transaction, so a run that was stopped continues when it is started again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils.translation import gettext as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.core import shipped_kinds
from otpguard.core.events.factor import FactorProvisioned
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.totp import InvalidSeedError, Seed
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors import totp
from otpguard.flows.scope import is_site
from otpguard.models import Event, Factor, RecoveryCode
from otpguard.models.factor import FACTORS

TOTP, STATIC = "otp_totp", "otp_static"
SOURCE = "django-otp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The result for one kind: factors added, factors known already, and why others failed."""

    added: int
    known: int
    mistakes: tuple[str, ...] = ()


class _Done(StrEnum):
    """The result for one factor."""

    ADDED = "added"
    KNOWN = "known"


def import_totp(*, facts: RequestFacts, dry_run: bool = False) -> Imported | None:
    """Import every confirmed TOTP device; returns None when `otp_totp` is not installed.

    The newest used step stays used, and how far the device's clock is off is kept. A device that
    does not count from 1970, or whose key is too short, is reported as a mistake; the others are
    imported. Locks and commits one device at a time; `dry_run` writes nothing. Raises NotAllowed
    unless the site is the actor.
    """
    _check_site(facts)
    if not apps.is_installed(f"django_otp.plugins.{TOTP}"):
        return None
    devices = apps.get_model(TOTP, "TOTPDevice")._default_manager  # noqa: SLF001 (Django's name)
    pks = devices.filter(confirmed=True).order_by("pk").values_list("pk", flat=True)
    take = partial(_take_device, facts, devices, dry_run=dry_run)
    return _each(list(pks), take)


def import_static(*, facts: RequestFacts, dry_run: bool = False) -> Imported | None:
    """Import every person's unused static tokens; returns None when `otp_static` is not installed.

    They have 40 bits, so a plain digest would not hide them (NIST SP 800-63B-4, 3.1.2): they are
    stored by Django's slow password hasher. A person who has recovery codes already keeps those.
    Locks and commits the devices of one person at a time; `dry_run` writes nothing. Raises
    NotAllowed unless the site is the actor.
    """
    _check_site(facts)
    if not apps.is_installed(f"django_otp.plugins.{STATIC}"):
        return None
    devices = apps.get_model(STATIC, "StaticDevice")._default_manager  # noqa: SLF001 (as above)
    filled = devices.filter(confirmed=True, token_set__isnull=False)
    people = filled.order_by("user_id").values_list("user_id", flat=True).distinct()
    take = partial(_take_tokens, facts, devices, dry_run=dry_run)
    return _each(list(people), take)


def _check_site(facts: RequestFacts) -> None:
    if not is_site(facts):
        raise NotAllowed(_("Only the site can do this."))


def _each(keys: Iterable[Any], take: Callable[[Any], _Done]) -> Imported:
    done: list[_Done] = []
    mistakes: list[str] = []
    for key in keys:
        try:
            with transaction.atomic():
                done.append(take(key))
        except InvalidSeedError as error:
            mistakes.append(f"{TOTP}/{key}: {_(str(error))}")
        except IntegrityError:
            # The person made recovery codes of their own at the same moment.
            done.append(_Done.KNOWN)
    return Imported(
        added=done.count(_Done.ADDED), known=done.count(_Done.KNOWN), mistakes=tuple(mistakes)
    )


def _take_device(
    facts: RequestFacts,
    devices: Any,  # noqa: ANN401 (django-otp ships no types)
    pk: Any,  # noqa: ANN401 (a primary key)
    *,
    dry_run: bool,
) -> _Done:
    # The lock lets a second run wait and then find what this one wrote.
    device = devices.select_for_update(of=("self",)).filter(pk=pk, confirmed=True).first()
    serial = f"{TOTP}/{pk}"
    if device is None or _is_known(device.user_id, shipped_kinds.TOTP, serial):
        return _Done.KNOWN
    seed = _seed_of(device)
    if dry_run:
        return _Done.ADDED
    factor = totp.build(
        user_id=str(device.user_id), name=device.name, seed=seed, serial=serial, drift=device.drift
    )
    factor.last_step = device.last_t
    factor.last_used_at = device.last_used_at
    _save(facts, factor)
    return _Done.ADDED


def _seed_of(device: Any) -> Seed:  # noqa: ANN401 (django-otp ships no types)
    if device.t0:
        raise InvalidSeedError(_("its steps are not counted from 1970 (t0 must be 0)"))
    try:
        key = bytes.fromhex(device.key)
    except ValueError:
        raise InvalidSeedError(_("its key is not hex")) from None
    return Seed(key=key, digits=device.digits, period=device.step)


def _take_tokens(
    facts: RequestFacts,
    devices: Any,  # noqa: ANN401 (django-otp ships no types)
    user_id: Any,  # noqa: ANN401 (a primary key)
    *,
    dry_run: bool,
) -> _Done:
    own = devices.select_for_update(of=("self",)).filter(user=user_id, confirmed=True)
    locked = list(own.order_by("pk"))
    tokens = sorted({token.token for device in locked for token in device.token_set.all()})
    if not tokens or _is_known(user_id, shipped_kinds.RECOVERY, STATIC):
        return _Done.KNOWN
    if dry_run:
        return _Done.ADDED
    kind = shipped_kinds.RECOVERY.slug
    factor = Factor(user_id=user_id, kind=kind, name=locked[0].name, serial=STATIC)
    _save(facts, factor)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=make_password(token)) for token in tokens
    )
    return _Done.ADDED


def _is_known(user_id: object, kind: FactorKind, serial: str) -> bool:
    """True when this was imported before, even if it was removed since; also when the person has
    recovery codes, because a person has only one set."""
    own = FACTORS.filter(user=user_id, tenant=None, kind=kind.slug)
    if not kind.recovers:
        own = own.filter(serial=serial)
    if own.exists():
        return True
    events = Event.objects.filter(
        tenant_id=None, subject_ref=str(user_id), kind=FactorProvisioned.code
    )
    gone = [json.loads(body)["data"] for body in events.values_list("body", flat=True)]
    return any(data["source"] == SOURCE and data["serial"] == serial for data in gone)


def _save(facts: RequestFacts, factor: Factor) -> None:
    factor.confirmed = True
    factor.created_at = facts.now
    factor.save(force_insert=True)
    record(
        FactorProvisioned(
            factor=str(factor.pk), kind=factor.kind, source=SOURCE, serial=factor.serial
        ),
        Circumstances.of(facts, subject=str(factor.user_id)),
    )
