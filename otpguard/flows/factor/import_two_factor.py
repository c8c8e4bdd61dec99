"""Import what people enrolled with django-two-factor-auth: phone numbers and security keys.

Its authenticators and backup codes are django-otp's own, see `import_otp`.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha1
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode

from otpguard.core import shipped_kinds
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import InvalidPhoneError, parse_phone
from otpguard.factors import foreign_passkey, phone
from otpguard.factors.trusted_makers import trusted
from otpguard.flows.factor.import_party import OldParty
from otpguard.flows.factor.import_run import Found, Imported, ImportRun, NotImportable, reading

PHONE, PASSKEY = "two_factor.plugins.phonenumber", "two_factor.plugins.webauthn"
PHONES: str = "phonenumber.PhoneDevice"
KEYS: str = "two_factor_webauthn.WebauthnDevice"
SOURCE = "django-two-factor-auth"
_PRIMARY = "default"


def import_two_factor(
    *, facts: RequestFacts, dry_run: bool = False, rp_id: str = ""
) -> dict[str, Imported | None]:
    """Import from both plugins; None stands for one that is not installed. `rp_id` is the relying
    party that its keys were made for. See ImportRun for what is locked, committed and raised."""
    run = ImportRun(facts=facts, source=SOURCE, dry_run=dry_run)
    return {"phone": _import_phones(run), "passkey": _import_keys(run, rp_id)}


def _import_phones(run: ImportRun) -> Imported | None:
    if not apps.is_installed(PHONE):
        return None
    devices = apps.get_model(PHONES)._default_manager  # noqa: SLF001 (Django's name)
    # The number that its owner uses first comes before the backup, else the older one.
    primary_first = Case(When(name=_PRIMARY, then=Value(0)), default=Value(1))
    return run.take_rows(
        devices.filter(confirmed=True).order_by("user_id", primary_first, "pk"),
        _found_phone,
        kind=shipped_kinds.PHONE.slug,
        label="phonenumber",
        unconfirmed=devices.filter(confirmed=False).count(),
    )


def _found_phone(device: Any) -> Found:  # noqa: ANN401 (the package ships no types)
    """The number alone: its name tells nothing (the masked number does), and the seed made codes
    that nobody accepts here. No e-mail address is bound: today's may not be that of then."""
    given = device.number
    try:
        number = parse_phone(str(getattr(given, "as_e164", None) or given), region="")
    except InvalidPhoneError as error:
        raise NotImportable(_(str(error))) from None
    factor = phone.build(user_id=str(device.user_id), number=number)
    factor.last_used_at = getattr(device, "last_used_at", None)
    return Found(factor=factor, enrolled_at=getattr(device, "created_at", None))


def _import_keys(run: ImportRun, rp_id: str) -> Imported | None:
    if not apps.is_installed(PASSKEY):
        return None
    devices = apps.get_model(KEYS)._default_manager  # noqa: SLF001 (as above)
    stated = getattr(django_settings, "TWO_FACTOR_WEBAUTHN_RP_ID", None) or ""
    party = OldParty.of(stated=stated, given=rp_id)
    return run.take_rows(
        devices.filter(confirmed=True).order_by("pk"),
        partial(_found_key, party),
        kind=shipped_kinds.PASSKEY.slug,
        label="two_factor_webauthn",
        unconfirmed=devices.filter(confirmed=False).count(),
        about=party.about,
    )


def _found_key(party: OldParty, device: Any) -> Found:  # noqa: ANN401 (as above)
    """It keeps the key and the count only: no flags, no model."""
    with reading():
        key = foreign_passkey.from_key(
            credential_id=websafe_decode(device.key_handle.rstrip("=")),
            public_key=websafe_decode(device.public_key.rstrip("=")),
            sign_count=device.sign_count,
            trust=trusted(),
        )
    party.check(key)
    # What its form gave to authenticators as the person's handle.
    handle = sha1(str(device.user_id).encode(), usedforsecurity=False).hexdigest().encode()
    factor = foreign_passkey.build(
        user_id=str(device.user_id), name=device.name, passkey=key, user_handle=handle
    )
    factor.last_used_at = device.last_used_at
    return Found(factor=factor, enrolled_at=device.created_at)
