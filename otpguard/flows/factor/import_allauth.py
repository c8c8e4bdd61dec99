"""Import what people enrolled with `allauth.mfa`: authenticators, recovery codes and passkeys.

Its secrets are read through its adapter, which may encrypt them. Nothing of it is imported before
this is called.
"""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode

from otpguard.core import shipped_kinds
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.totp import Seed, step_at
from otpguard.factors import foreign_passkey, recovery, totp
from otpguard.factors.trusted_makers import trusted
from otpguard.flows.factor.import_party import OldParty
from otpguard.flows.factor.import_run import Found, Imported, ImportRun, NotImportable, reading

SOURCE = "django-allauth"
MODEL: str = "mfa.Authenticator"
FEWEST_DIGITS = 6
"""NIST SP 800-63B-4, 3.1.2.1: a saved code has at least 20 bits."""

_BASE32_BLOCK = 8


def import_allauth(
    *, facts: RequestFacts, dry_run: bool = False, rp_id: str = ""
) -> dict[str, Imported | None]:
    """Import all three types; None for all when `allauth.mfa` is not installed. `rp_id` is the
    relying party that its passkeys were made for. See ImportRun for what is locked, committed and
    raised."""
    run = ImportRun(facts=facts, source=SOURCE, dry_run=dry_run)
    if not apps.is_installed("allauth.mfa"):
        return dict.fromkeys(("totp", "recovery", "passkey"))
    # It takes the host of each request; an own adapter may take anything.
    party = OldParty.of(stated="", given=rp_id)
    take_type = partial(_take_type, run)
    return {
        "totp": take_type("totp", shipped_kinds.TOTP, partial(_found_totp, run)),
        "recovery": take_type("recovery_codes", shipped_kinds.RECOVERY, _found_codes),
        "passkey": take_type(
            "webauthn",
            shipped_kinds.PASSKEY,
            partial(_found_passkey, run, party),
            about=party.about,
        ),
    }


def _take_type(
    run: ImportRun,
    type_: str,
    kind: FactorKind,
    build: Callable[[Any], Found | None],
    *,
    about: str = "",
) -> Imported:
    rows = apps.get_model(MODEL)._default_manager  # noqa: SLF001 (Django's name)
    own = rows.filter(type=type_).order_by("pk")
    return run.take_rows(own, build, kind=kind.slug, label="mfa", about=about)


def _found_totp(run: ImportRun, row: Any) -> Found:  # noqa: ANN401 (allauth's model)
    with reading():
        text = import_string("allauth.mfa.utils.decrypt")(row.data["secret"])
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % _BASE32_BLOCK)
        seed = Seed(
            key=b32decode(padded, casefold=True),
            digits=import_string("allauth.mfa.app_settings.TOTP_DIGITS"),
            period=import_string("allauth.mfa.app_settings.TOTP_PERIOD"),
        )
    factor = totp.build(user_id=str(row.user_id), name="", seed=seed)
    # Used codes lie in its cache only, so all up to the running one count as used.
    factor.last_step = step_at(seed, run.now)
    factor.last_used_at = row.last_used_at
    return Found(factor=factor, enrolled_at=row.created_at)


def _found_codes(row: Any) -> Found | None:  # noqa: ANN401 (as above)
    with reading():
        codes = tuple(dict.fromkeys(str(code) for code in row.wrap().get_unused_codes()))
    if not codes:
        return None  # all were used
    if any(len(code) < FEWEST_DIGITS for code in codes):
        raise NotImportable(_("its codes have fewer than 6 characters"))
    factor = recovery.build(user_id=str(row.user_id))
    factor.last_used_at = row.last_used_at
    return Found(factor=factor, codes=codes, enrolled_at=row.created_at)


def _found_passkey(run: ImportRun, party: OldParty, row: Any) -> Found:  # noqa: ANN401 (as above)
    """Its row keeps the browser's whole answer of the registration. The count is that of then: it
    is never moved on, so it is a lower bound."""
    with reading():
        response = row.data["credential"]["response"]
        passkey = foreign_passkey.from_registration(
            statement=response["attestationObject"],
            client_data=websafe_decode(response["clientDataJSON"].rstrip("=")),
            transports=response.get("transports") or (),
            trust=trusted(),
            at=run.now,
        )
        adapter = import_string("allauth.mfa.adapter.get_adapter")()
        handle = adapter.get_public_key_credential_user_entity(row.user)["id"]
        name = str(row.data.get("name") or "")
        if not 0 < len(handle) <= foreign_passkey.LONGEST_HANDLE:
            raise NotImportable(_("its adapter gives no user handle of 1 to 64 bytes"))
    party.check(passkey)
    factor = foreign_passkey.build(
        user_id=str(row.user_id), name=name, passkey=passkey, user_handle=handle
    )
    factor.last_used_at = row.last_used_at
    return Found(factor=factor, enrolled_at=row.created_at)
