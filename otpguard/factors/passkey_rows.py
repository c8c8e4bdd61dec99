"""Passkeys as rows: which credentials a challenge accepts, and what a browser's answer shows.

The state of a ceremony lies on the challenge, encrypted (A22): it is bound to the login session,
the relying party and the action that the challenge is for, and serves one answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from fido2.utils import websafe_decode, websafe_encode

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import CeremonyFault
from otpguard.core.shipped_kinds import BY_PASSKEY, PASSKEY
from otpguard.database import transaction
from otpguard.factors import passkey
from otpguard.factors.base import Missed, Shown
from otpguard.factors.passkey import (
    Asserted,
    Ceremony,
    CeremonyError,
    Known,
    RelyingParty,
)
from otpguard.factors.trusted_makers import asks_makers, still_counts, trusted
from otpguard.models import Challenge, Factor
from otpguard.models.factor import FACTORS


def build(*, user_id: str, name: str) -> Factor:
    """An unsaved, unconfirmed passkey factor; the ceremony gives it its credential."""
    return Factor(user_id=user_id, kind=PASSKEY.slug, name=name)


def party_of(facts: RequestFacts) -> RelyingParty:
    """The relying party of a request: as the settings fix it, else the request's own host."""
    mine = settings()
    return RelyingParty(
        id=mine.relying_party_id or facts.host.partition(":")[0],
        name=mine.brand,
        origins=frozenset(mine.relying_party_origins or (facts.origin,)),
    )


def accepted_credentials(user_id: str) -> dict[str, Any]:
    """All that browsers may keep for a person, for the Signal API: `party` (empty where each host
    has its own), the `handles` that authenticators know the person by, and the `credentials`.

    They are those of all tenants and all states, also blocked ones: a browser forgets what is not
    in the list, for every tenant. One read.
    """
    rows = list(FACTORS.filter(user=user_id, kind=PASSKEY.slug).exclude(credential_id=""))
    handles = {handle_of(user_id), *(_handle_in(row) for row in rows)}
    return {
        "party": settings().relying_party_id,
        "handles": sorted(websafe_encode(each) for each in handles),
        "credentials": sorted(row.credential_id for row in rows),
    }


def begin_enrollment(
    *,
    party: RelyingParty,
    user_id: str,
    account: str,
    own: Iterable[Factor],
    verify: bool,
    attest: bool,
) -> str:
    """The ceremony that makes a new credential, as the text that a challenge keeps.

    `attest` refuses one for which no trusted maker vouches, since it would be of no use.
    """
    factors = tuple(own)
    begun = passkey.begin_registration(
        party=party,
        user_handle=_handle_for_new(user_id, factors),
        user_name=account,
        display_name=account,
        existing=[_known(factor) for factor in factors],
        require_user_verification=verify,
        ask_attestation=asks_makers(),
    )
    return _kept(party, begun, account=account, verify=verify, attest=attest)


def begin_proof(*, party: RelyingParty, own: Iterable[Factor], verify: bool) -> str:
    """The ceremony that proves any of `own`, as the text that a challenge keeps."""
    factors = tuple(own)
    begun = passkey.begin_assertion(
        party=party,
        known=[_known(factor) for factor in factors],
        require_user_verification=verify,
    )
    return _kept(party, begun, factors=factors, verify=verify)


def begin_again(challenge: Challenge, *, facts: RequestFacts) -> str:
    """The same ceremony as the challenge's with a new state, for a state serves one answer."""
    kept = json.loads(challenge.ceremony.reveal())
    party, own = party_of(facts), FACTORS.filter(user=challenge.user_id, confirmed=True)
    if challenge.enrolls:
        return begin_enrollment(
            party=party,
            user_id=str(challenge.user_id),
            account=kept["account"],
            own=own.filter(kind=PASSKEY.slug),
            verify=kept["verify"],
            attest=kept["attest"],
        )
    return begin_proof(party=party, own=own.filter(pk__in=kept["factors"]), verify=kept["verify"])


def options_of(challenge: Challenge) -> dict[str, Any]:
    """What the page hands to the browser; empty when the challenge has no ceremony."""
    kept = challenge.ceremony.reveal() if challenge.ceremony else ""
    return dict(json.loads(kept)["options"]) if kept else {}


def needs_maker(challenge: Challenge) -> bool:
    """True when only a passkey will do for which a trusted maker vouches."""
    kept = challenge.ceremony.reveal() if challenge.ceremony else ""
    return bool(json.loads(kept)["attest"]) if kept else False


def is_attested(factor: Factor) -> bool:
    """True for a passkey that a trusted maker vouched for and whose model still counts."""
    return factor.attested and still_counts(factor.aaguid)


def verify(challenge: Challenge, given: str, *, now: datetime) -> Shown | Missed:
    """What a browser's answer shows. A miss carries the fault that the driver found."""
    kept = json.loads(challenge.ceremony.reveal())
    raw = kept["party"]
    party = RelyingParty(id=raw["id"], name=raw["name"], origins=frozenset(raw["origins"]))
    try:
        if challenge.enrolls:
            return _registered(challenge, party, kept, given)
        return _asserted(challenge, party, kept, given, now)
    except CeremonyError as error:
        return Missed(reason=error.reason)


def handle_of(user_id: str) -> bytes:
    """The handle by which an authenticator knows the person: 32 bytes that say nothing of them.

    Made without a key, for it must stay the same for the credential's life, longer than any key.
    """
    return sha256(f"otpguard user handle\0{user_id}".encode()).digest()


def _handle_for_new(user_id: str, own: Iterable[Factor]) -> bytes:
    """The handle of the oldest passkey: an authenticator keeps one account for each handle, so the
    next passkey has to carry the one that it knows."""
    oldest = min(own, key=lambda factor: (factor.created_at, factor.pk), default=None)
    return handle_of(user_id) if oldest is None else _handle_in(oldest)


def _handle_in(factor: Factor) -> bytes:
    """The handle that the authenticator of this passkey knows the person by."""
    return bytes(factor.user_handle) or handle_of(str(factor.user_id))


def _registered(
    challenge: Challenge, party: RelyingParty, kept: dict[str, Any], given: str
) -> Shown:
    own = FACTORS.filter(user=challenge.user_id, kind=PASSKEY.slug, confirmed=True)
    made = passkey.finish_registration(
        party=party,
        state=kept["state"],
        body=given,
        existing=[_known(factor) for factor in own],
        trust=trusted(),
    )
    if kept["attest"] and not made.attested:
        raise CeremonyError(CeremonyFault.NOT_TRUSTED)
    handle = websafe_decode(kept["options"]["user"]["id"])
    computed = handle == handle_of(str(challenge.user_id))

    def spend() -> bool:
        try:
            with transaction.atomic():
                return bool(
                    FACTORS.filter(pk=challenge.factor_id, confirmed=False).update(
                        credential_id=made.credential_id,
                        secret=made.secret,
                        aaguid=made.aaguid,
                        sign_count=made.sign_count,
                        transports=list(made.transports),
                        user_handle=b"" if computed else handle,
                        attestation=made.attestation,
                        user_verified=made.user_verified,
                        backup_eligible=made.backup_eligible,
                        backed_up=made.backed_up,
                        attested=made.attested,
                    )
                )
        except IntegrityError:
            return False  # somebody's already: a credential has one owner

    return Shown(
        method=BY_PASSKEY,
        spend=spend,
        lost=CeremonyFault.DUPLICATE,
        user_verified=made.user_verified,
        backup_eligible=made.backup_eligible,
        attested=made.attested,
    )


def _asserted(
    challenge: Challenge, party: RelyingParty, kept: dict[str, Any], given: str, now: datetime
) -> Shown:
    rows = FACTORS.filter(pk__in=kept["factors"], user=challenge.user_id, confirmed=True)
    own = {row.credential_id: row for row in rows.filter(disabled_at=None)}
    shown = passkey.finish_assertion(
        party=party,
        state=kept["state"],
        body=given,
        known=[_known(factor) for factor in own.values()],
    )
    factor = own[shown.credential_id]
    return Shown(
        method=BY_PASSKEY,
        spend=partial(_note_use, factor, shown, now),
        lost=CeremonyFault.BACKUP_CHANGED,
        factor=str(factor.pk),
        user_verified=shown.user_verified,
        backup_eligible=shown.backup_eligible,
        attested=is_attested(factor),
        counted=(factor.sign_count, shown.sign_count) if shown.count_regressed else None,
        teaches=bool(_learned(factor, shown)),
    )


def _learned(factor: Factor, shown: Asserted) -> dict[str, bool]:
    """The columns that an answer fills for good. That its holder was not verified this time does
    not say that the authenticator cannot do it, so that stays unknown."""
    learned = {}
    if factor.backup_eligible is None:
        learned["backup_eligible"] = shown.backup_eligible
    if factor.user_verified is None and shown.user_verified:
        learned["user_verified"] = True
    return learned


def _note_use(factor: Factor, shown: Asserted, now: datetime) -> bool:
    # Of two first answers that differ, one is right.
    fits = Q(backup_eligible=None) | Q(backup_eligible=shown.backup_eligible)
    return bool(
        FACTORS.filter(fits, pk=factor.pk, confirmed=True, disabled_at=None).update(
            sign_count=max(factor.sign_count, shown.sign_count),
            backed_up=shown.backed_up,
            last_used_at=now,
            **_learned(factor, shown),
        )
    )


def _known(factor: Factor) -> Known:
    return Known(
        credential_id=factor.credential_id,
        secret=factor.secret.reveal(),
        user_handle=_handle_in(factor),
        backup_eligible=factor.backup_eligible,
        sign_count=factor.sign_count,
        transports=tuple(factor.transports),
    )


def _kept(
    party: RelyingParty,
    begun: Ceremony,
    *,
    verify: bool,
    attest: bool = False,
    account: str = "",
    factors: Iterable[Factor] = (),
) -> str:
    return json.dumps(
        {
            "party": {"id": party.id, "name": party.name, "origins": sorted(party.origins)},
            "state": begun.state,
            "options": begun.options,
            "verify": verify,
            "attest": attest,
            "account": account,
            "factors": [str(factor.pk) for factor in factors],
        }
    )
