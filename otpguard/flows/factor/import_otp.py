"""Import what people enrolled with django-otp's own plugins, and encrypt its keys.

Confirmed `otp_totp` devices become authenticators, and the tokens of confirmed `otp_static` devices
one set of recovery codes a person.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from otpguard.core import shipped_kinds
from otpguard.core.facts import RequestFacts
from otpguard.core.totp import InvalidSeedError, Seed
from otpguard.factors import recovery, totp
from otpguard.flows.factor.import_run import Found, Imported, ImportRun

TOTP, STATIC = "otp_totp", "otp_static"
SOURCE = "django-otp"


def import_otp(*, facts: RequestFacts, dry_run: bool = False) -> dict[str, Imported | None]:
    """Import from both plugins; None stands for one that is not installed. See ImportRun for what
    is locked and committed, and for what it raises."""
    run = ImportRun(facts=facts, source=SOURCE, dry_run=dry_run)
    return {TOTP: _import_totp(run), STATIC: _import_static(run)}


def _import_totp(run: ImportRun) -> Imported | None:
    """Every confirmed TOTP device. The newest used step stays used, and how far the device's clock
    is off is kept. One that does not count from 1970, or whose key is too short, is a mistake."""
    if not apps.is_installed(f"django_otp.plugins.{TOTP}"):
        return None
    devices = apps.get_model(TOTP, "TOTPDevice")._default_manager  # noqa: SLF001 (Django's name)
    return run.take_rows(
        devices.filter(confirmed=True).order_by("pk"),
        _found_device,
        kind=shipped_kinds.TOTP.slug,
        label=TOTP,
        unconfirmed=devices.filter(confirmed=False).count(),
    )


def _import_static(run: ImportRun) -> Imported | None:
    """Every person's unused static tokens.

    They have 40 bits, so a plain digest would not hide them (NIST SP 800-63B-4, 3.1.2): they are
    stored by Django's slow password hasher. A person who has recovery codes already keeps those.
    """
    if not apps.is_installed(f"django_otp.plugins.{STATIC}"):
        return None
    devices = apps.get_model(STATIC, "StaticDevice")._default_manager  # noqa: SLF001 (as above)
    filled = devices.filter(confirmed=True, token_set__isnull=False)
    people = list(filled.order_by("user_id").values_list("user_id", flat=True).distinct())
    return run.take_people(people, partial(_found_tokens, devices), label=STATIC)


def _found_device(device: Any) -> Found:  # noqa: ANN401 (django-otp ships no types)
    factor = totp.build(
        user_id=str(device.user_id), name=device.name, seed=_seed_of(device), drift=device.drift
    )
    factor.last_step = device.last_t
    factor.last_used_at = device.last_used_at
    return Found(factor=factor, enrolled_at=device.created_at)


def _seed_of(device: Any) -> Seed:  # noqa: ANN401 (django-otp ships no types)
    if device.t0:
        raise InvalidSeedError(_("its steps are not counted from 1970 (t0 must be 0)"))
    try:
        key = bytes.fromhex(device.key)
    except ValueError:
        raise InvalidSeedError(_("its key is not hex")) from None
    return Seed(key=key, digits=device.digits, period=device.step)


def _found_tokens(devices: Any, user_id: object) -> Found | None:  # noqa: ANN401 (as above)
    own = devices.select_for_update(of=("self",)).filter(user=user_id, confirmed=True)
    locked = list(own.order_by("pk"))
    tokens = sorted({token.token for device in locked for token in device.token_set.all()})
    if not tokens:
        return None
    factor = recovery.build(user_id=str(user_id))
    factor.name = locked[0].name
    return Found(factor=factor, codes=tuple(tokens), enrolled_at=locked[0].created_at)
