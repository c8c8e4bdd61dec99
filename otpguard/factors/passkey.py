"""Passkeys and security keys: the registration and the assertion of WebAuthn Level 3.

Values in, values out. The steps of 7.1 and 7.2 are checked here one by one, each with a reason of
its own; `fido2` then checks again what it knows and verifies the signature. What a state is bound
to beyond its ceremony (session, person, intent) and that it is used once is the challenge row's
business.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    CollectedClientData,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from otpguard.core.reasons import CeremonyFault
from otpguard.core.secrets import same
from otpguard.factors.attestation import Trust, verify_attestation
from otpguard.factors.ceremony import (
    NONCE_BYTES,
    Asked,
    Ceremony,
    CeremonyError,
    Purpose,
    RelyingParty,
    blaming,
    check_client,
    check_flags,
    read_answer,
    read_authenticator_data,
    read_state,
    read_statement,
    unpacked,
    write_state,
)
from otpguard.factors.credential import (
    ALGORITHMS,
    Asserted,
    Known,
    Registered,
    chosen,
    descriptors,
    named_transports,
    new_credential,
)

__all__ = [
    "Asserted",
    "Ceremony",
    "CeremonyError",
    "Known",
    "Registered",
    "RelyingParty",
    "Trust",
    "begin_assertion",
    "begin_registration",
    "finish_assertion",
    "finish_registration",
]

TIMEOUT_MS: Final = 120_000
"""How long the browser waits for the person."""


def begin_registration(
    *,
    party: RelyingParty,
    user_handle: bytes,
    user_name: str,
    display_name: str,
    existing: Sequence[Known],
    require_user_verification: bool,
    ask_attestation: bool,
) -> Ceremony:
    """Ask for a new credential.

    `user_handle` is 1 to 64 bytes that name the account and say nothing about it (14.6.1).
    `existing` are the credentials that the person has: their authenticators refuse a second one.
    """
    asked = _ask(verification=require_user_verification)
    server = _server(party)
    if ask_attestation:
        server.attestation = AttestationConveyancePreference.DIRECT
    options, _ = server.register_begin(
        PublicKeyCredentialUserEntity(id=user_handle, name=user_name, display_name=display_name),
        credentials=descriptors(existing),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement(asked.user_verification),
        challenge=asked.challenge,
    )
    return Ceremony(
        options=_for_browser(options.public_key),
        state=write_state(Purpose.REGISTRATION, party, asked),
    )


def finish_registration(
    *,
    party: RelyingParty,
    state: str,
    body: str | Mapping[str, Any],
    existing: Sequence[Known],
    trust: Trust,
) -> Registered:
    """Check the answer to `begin_registration` (7.1); `body` is a credential's `toJSON()`.

    Raises CeremonyError. The caller stores the credential, and has to refuse an id that anybody
    else has already: `existing` covers one person only.
    """
    asked = read_state(Purpose.REGISTRATION, party, state)
    raw_id, response = read_answer(body)
    with blaming(CeremonyFault.MALFORMED):
        client = CollectedClientData(unpacked(response["clientDataJSON"]))
        statement = read_statement(response["attestationObject"])
        transports = named_transports(response.get("transports") or ())
    data = statement.auth_data
    check_client(client, purpose=Purpose.REGISTRATION, party=party, asked=asked)
    check_flags(data, party=party, asked=asked)
    credential = new_credential(data, raw_id)
    credential_id = websafe_encode(credential.credential_id)
    if any(known.credential_id == credential_id for known in existing):
        raise CeremonyError(CeremonyFault.DUPLICATE)
    now = timezone.now()
    made = verify_attestation(statement, client_data_hash=client.hash, trust=trust, at=now)
    answered = AuthenticatorAttestationResponse(client_data=client, attestation_object=statement)
    with blaming(CeremonyFault.MALFORMED):
        _server(party).register_complete(
            asked.for_fido2(), RegistrationResponse(raw_id=raw_id, response=answered)
        )
    return Registered(
        credential_id=credential_id,
        secret=websafe_encode(bytes(credential)),
        aaguid=str(credential.aaguid),
        sign_count=data.counter,
        user_verified=data.is_user_verified(),
        backup_eligible=data.is_backup_eligible(),
        backed_up=data.is_backed_up(),
        attested=made.attested,
        attestation=made.format,
        transports=transports,
    )


def begin_assertion(
    *, party: RelyingParty, known: Sequence[Known], require_user_verification: bool
) -> Ceremony:
    """Ask for a proof by one of the `known` credentials, all of one person."""
    asked = _ask(verification=require_user_verification)
    options, _ = _server(party).authenticate_begin(
        descriptors(known),
        user_verification=UserVerificationRequirement(asked.user_verification),
        challenge=asked.challenge,
    )
    return Ceremony(
        options=_for_browser(options.public_key), state=write_state(Purpose.ASSERTION, party, asked)
    )


def finish_assertion(
    *,
    party: RelyingParty,
    state: str,
    body: str | Mapping[str, Any],
    known: Sequence[Known],
) -> Asserted:
    """Check the answer to `begin_assertion` (7.2); `body` is a credential's `toJSON()`.

    Only the `known` credentials are accepted, whatever the browser was offered. Raises
    CeremonyError. The caller stores the new count and backup state.
    """
    asked = read_state(Purpose.ASSERTION, party, state)
    raw_id, response = read_answer(body)
    answered = _read_assertion(response)
    data = answered.authenticator_data
    check_client(answered.client_data, purpose=Purpose.ASSERTION, party=party, asked=asked)
    check_flags(data, party=party, asked=asked)
    row = chosen(known, websafe_encode(raw_id))
    if answered.user_handle and not same(answered.user_handle, row.user_handle):
        raise CeremonyError(CeremonyFault.USER_HANDLE)
    with blaming(CeremonyFault.UNKNOWN_CREDENTIAL):
        credential = AttestedCredentialData(unpacked(row.secret))
    with blaming(CeremonyFault.SIGNATURE):
        _server(party).authenticate_complete(
            asked.for_fido2(),
            [credential],
            AuthenticationResponse(raw_id=raw_id, response=answered),
        )
    if row.backup_eligible not in {None, data.is_backup_eligible()}:
        raise CeremonyError(CeremonyFault.BACKUP_CHANGED)
    return Asserted(
        credential_id=row.credential_id,
        sign_count=data.counter,
        user_verified=data.is_user_verified(),
        backed_up=data.is_backed_up(),
        backup_eligible=data.is_backup_eligible(),
        count_regressed=bool(data.counter or row.sign_count) and data.counter <= row.sign_count,
    )


def _read_assertion(response: Mapping[str, Any]) -> AuthenticatorAssertionResponse:
    """The parts of an assertion. Raises CeremonyError (MALFORMED)."""
    with blaming(CeremonyFault.MALFORMED):
        return AuthenticatorAssertionResponse(
            client_data=CollectedClientData(unpacked(response["clientDataJSON"])),
            authenticator_data=read_authenticator_data(response["authenticatorData"]),
            signature=unpacked(response["signature"]),
            user_handle=unpacked(response.get("userHandle") or ""),
        )


def _server(party: RelyingParty) -> Fido2Server:
    """`fido2` with our rules in place of its defaults, which allow any port and subdomain."""
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=party.id, name=party.name),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=party.origins.__contains__,
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=each)
        for each in ALGORITHMS
    ]
    return server


def _ask(*, verification: bool) -> Asked:
    return Asked(
        challenge=secrets.token_bytes(NONCE_BYTES),
        user_verification="required" if verification else "preferred",
    )


def _for_browser(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as plain JSON types, free of the library's enumerations, with our time limit."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(options)))
    return {**plain, "timeout": TIMEOUT_MS}
