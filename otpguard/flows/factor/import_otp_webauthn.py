"""Import the passkeys that people enrolled with django-otp-webauthn."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import ObjectDoesNotExist
from fido2.utils import websafe_encode

from otpguard.core import shipped_kinds
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import CeremonyFault
from otpguard.factors import foreign_passkey
from otpguard.factors.ceremony import CeremonyError
from otpguard.factors.foreign_passkey import ForeignPasskey
from otpguard.factors.trusted_makers import trusted
from otpguard.flows.factor.import_party import OldParty
from otpguard.flows.factor.import_run import Found, Imported, ImportRun, reading

APP = "django_otp_webauthn"
SOURCE = "django-otp-webauthn"


def import_otp_webauthn(
    *, facts: RequestFacts, dry_run: bool = False, rp_id: str = ""
) -> dict[str, Imported | None]:
    """Import every confirmed passkey; None when the package is not installed. `rp_id` is the
    relying party that they were made for. See ImportRun for what is locked, committed and raised.
    """
    run = ImportRun(facts=facts, source=SOURCE, dry_run=dry_run)
    if not apps.is_installed(APP):
        return {"passkey": None}
    # The model is swappable, as Django's user is.
    model = apps.get_model(
        getattr(django_settings, "OTP_WEBAUTHN_CREDENTIAL_MODEL", f"{APP}.WebAuthnCredential")
    )
    devices = model._default_manager  # noqa: SLF001 (Django's name)
    # Where a function says it for each request, the settings state nothing.
    varies = getattr(django_settings, "OTP_WEBAUTHN_RP_ID_CALLABLE", "")
    stated = "" if varies else getattr(django_settings, "OTP_WEBAUTHN_RP_ID", "")
    party = OldParty.of(stated=stated, given=rp_id)
    result = run.take_rows(
        devices.filter(confirmed=True).order_by("pk"),
        partial(_found, run, party),
        kind=shipped_kinds.PASSKEY.slug,
        label=APP,
        unconfirmed=devices.filter(confirmed=False).count(),
        about=party.about,
    )
    return {"passkey": result}


def _found(run: ImportRun, party: OldParty, row: Any) -> Found:  # noqa: ANN401 (it ships no types)
    handles = apps.get_model(APP, "WebAuthnUserHandle")._default_manager  # noqa: SLF001 (as above)
    handle = handles.filter(user=row.user_id).values_list("handle_hex", flat=True).first()
    try:
        attestation = row.attestation
    except ObjectDoesNotExist:
        attestation = None
    with reading():
        passkey = _passkey_of(run, row, attestation)
        user_handle = bytes.fromhex(handle or "")
    party.check(passkey)
    factor = foreign_passkey.build(
        user_id=str(row.user_id), name=row.name, passkey=passkey, user_handle=user_handle
    )
    # What changed since the registration.
    factor.sign_count = max(factor.sign_count, row.sign_count)
    factor.backed_up = row.backup_state
    factor.last_used_at = row.last_used_at
    return Found(factor=factor, enrolled_at=row.created_at)


def _passkey_of(run: ImportRun, row: Any, attestation: Any) -> ForeignPasskey:  # noqa: ANN401 (as above)
    """By the registration where it was kept and is that of this very key: it shows whether the
    holder was verified, and who made the device. Else by the key alone."""
    trust = trusted()
    key = foreign_passkey.from_key(
        credential_id=bytes(row.credential_id),
        public_key=bytes(row.public_key),
        aaguid=row.aaguid,
        sign_count=row.sign_count,
        backup_eligible=row.backup_eligible,
        backed_up=row.backup_state,
        transports=row.transports,
        trust=trust,
    )
    if attestation is None:
        return key
    try:
        registered = foreign_passkey.from_registration(
            statement=websafe_encode(bytes(attestation.data)),
            client_data=bytes(attestation.client_data_json),
            transports=row.transports,
            trust=trust,
            at=run.now,
        )
    except CeremonyError as error:
        if error.reason is CeremonyFault.MODEL:
            raise
        return key
    return registered if registered.secret == key.secret else key
