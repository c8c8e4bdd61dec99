"""Both WebAuthn ceremonies, against a soft authenticator."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from fido2.utils import websafe_decode, websafe_encode

from otpguard.core.reasons import CeremonyFault
from otpguard.factors import passkey
from otpguard.factors.passkey import (
    Asserted,
    Known,
    Registered,
    Trust,
)
from tests.authenticator import (
    AT,
    BS,
    EDDSA,
    ES256,
    ES384,
    MODEL,
    RS256,
    UP,
    UV,
    AlreadyRegistered,
    Lies,
)
from tests.factors.ceremonies import (
    HANDLE,
    MAKER,
    NOBODY,
    ORIGIN,
    PARTY,
    STRANGER,
    TRUST,
    begin,
    fault_of,
    finish,
    known,
    make,
    prove,
    register,
)
from tests.manufacturer import Authority, Manufacturer

# --- what is asked -----------------------------------------------------------------------------


def test_the_options_of_a_registration_are_json_for_the_browser() -> None:
    row = known(register(make()))
    options = begin([row], attest=False).options
    assert json.loads(json.dumps(options)) == options
    assert options["rp"] == {"id": "example.org", "name": "Acme"}
    assert websafe_decode(options["user"]["id"]) == HANDLE
    assert (options["user"]["name"], options["user"]["displayName"]) == ("ann@example.org", "Ann")
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert (options["timeout"], options["attestation"]) == (120_000, "none")
    assert len(websafe_decode(options["challenge"])) == 32
    selection = options["authenticatorSelection"]
    assert (selection["userVerification"], selection["residentKey"]) == ("required", "preferred")
    assert options["excludeCredentials"] == [
        {"type": "public-key", "id": row.credential_id, "transports": ["usb"]}
    ]
    assert begin(attest=True).options["attestation"] == "direct"


def test_the_options_of_an_assertion_name_the_known_credentials_only() -> None:
    row = known(register(make()), transports=("smart-card",))
    asked = passkey.begin_assertion(party=PARTY, known=[row], require_user_verification=False)
    assert json.loads(json.dumps(asked.options)) == asked.options
    assert asked.options["rpId"] == "example.org"
    assert asked.options["userVerification"] == "preferred"
    assert asked.options["timeout"] == 120_000
    assert len(websafe_decode(asked.options["challenge"])) == 32
    # A transport that the library cannot say is no hint, rather than a wrong one.
    assert asked.options["allowCredentials"] == [{"type": "public-key", "id": row.credential_id}]


def test_no_challenge_comes_twice() -> None:
    assert len({begin().options["challenge"] for _ in range(50)}) == 50


def test_an_authenticator_refuses_a_second_credential_for_the_same_person() -> None:
    key = make()
    row = known(register(key))
    with pytest.raises(AlreadyRegistered):
        key.create(begin([row]).options)


# --- the table ---------------------------------------------------------------------------------

BACKUP = [(False, False), (True, False), (True, True)]
STATEMENTS: dict[str, tuple[str | Manufacturer, str, bool]] = {
    "none": ("none", "none", False),
    "self": ("self", "packed", False),
    "trusted": (MAKER, "packed", True),
    "untrusted": (STRANGER, "packed", False),
}


@pytest.mark.parametrize(
    ("algorithm", "verified", "backup", "statement"),
    list(product((EDDSA, ES256, RS256), (True, False), BACKUP, STATEMENTS)),
)
def test_a_credential_is_worth_what_it_shows(
    algorithm: int, verified: bool, backup: tuple[bool, bool], statement: str
) -> None:
    eligible, backed_up = backup
    attestation, form, trusted = STATEMENTS[statement]
    key = make(
        algorithm=algorithm,
        user_verified=verified,
        backup_eligible=eligible,
        backed_up=backed_up,
        attestation=attestation,
        sign_count=7,
        transports=("nfc", "usb", "carrier pigeon"),
    )
    made = register(key, trust=TRUST, verify=verified)
    flags = (made.user_verified, made.backup_eligible, made.backed_up)
    assert flags == (verified, eligible, backed_up)
    assert (made.attestation, made.attested) == (form, trusted and not eligible)
    assert (made.aaguid, made.sign_count, made.transports) == (str(MODEL), 7, ("nfc", "usb"))
    assert prove(key, known(made), verify=verified) == Asserted(
        credential_id=made.credential_id,
        sign_count=8,
        user_verified=verified,
        backed_up=backed_up,
        backup_eligible=eligible,
        count_regressed=False,
    )


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_credential_that_is_backed_up_but_cannot_be_is_refused(
    algorithm: int, statement: str
) -> None:
    key = make(algorithm=algorithm, backed_up=True, attestation=STATEMENTS[statement][0])
    assert fault_of(lambda: register(key, trust=TRUST)) is CeremonyFault.BACKUP_FLAGS


def test_every_allowed_origin_may_answer_and_bodies_may_be_text() -> None:
    key = make(origin="https://admin.example.org")
    asked = begin()
    made = passkey.finish_registration(
        party=PARTY,
        state=asked.state,
        body=json.dumps(key.create(asked.options)),
        existing=[],
        trust=NOBODY,
    )
    assert prove(key, known(made)).credential_id == made.credential_id


def test_an_origin_counts_for_being_listed_and_not_for_its_name() -> None:
    app = "android:apk-key-hash:dGhlIGtleSBvZiBhbiBhcHA"
    party, key = replace(PARTY, origins=frozenset({app})), make(origin=app)
    asked = begin()
    made = passkey.finish_registration(
        party=party, state=asked.state, body=key.create(asked.options), existing=[], trust=NOBODY
    )
    assert made.user_verified
    assert finish(asked.state, key.create(asked.options)) is CeremonyFault.ORIGIN


# --- lies that both ceremonies refuse ----------------------------------------------------------

LIES: list[tuple[Lies, CeremonyFault]] = [
    ({"type": "webauthn.other"}, CeremonyFault.MALFORMED),
    ({"challenge": websafe_encode(b"c" * 32)}, CeremonyFault.CHALLENGE),
    ({"challenge": ""}, CeremonyFault.CHALLENGE),
    ({"origin": "https://example.org"}, CeremonyFault.ORIGIN),
    ({"origin": "https://evil.example.org"}, CeremonyFault.ORIGIN),
    ({"origin": ORIGIN + ":8443"}, CeremonyFault.ORIGIN),
    ({"origin": ORIGIN + "/"}, CeremonyFault.ORIGIN),
    ({"origin": ORIGIN.replace("https", "http")}, CeremonyFault.ORIGIN),
    ({"origin": ORIGIN.upper()}, CeremonyFault.ORIGIN),
    ({"origin": "https://app.example.org.evil.example"}, CeremonyFault.ORIGIN),
    ({"origin": "http://evil.localhost"}, CeremonyFault.ORIGIN),
    ({"origin": ""}, CeremonyFault.ORIGIN),
    ({"cross_origin": True}, CeremonyFault.CROSS_ORIGIN),
    ({"cross_origin": None}, CeremonyFault.CROSS_ORIGIN),
    ({"cross_origin": "false"}, CeremonyFault.CROSS_ORIGIN),
    ({"cross_origin": 0}, CeremonyFault.CROSS_ORIGIN),
    ({"top_origin": ORIGIN}, CeremonyFault.CROSS_ORIGIN),
    ({"rp_id": "evil.example"}, CeremonyFault.RELYING_PARTY),
    ({"rp_id": "app.example.org"}, CeremonyFault.RELYING_PARTY),
    ({"flags": UV}, CeremonyFault.NOT_PRESENT),
    ({"flags": UP}, CeremonyFault.NOT_VERIFIED),
    ({"flags": UP | UV | BS}, CeremonyFault.BACKUP_FLAGS),
]


@pytest.mark.parametrize(("lies", "fault"), LIES, ids=str)
def test_a_registration_that_lies_is_refused(lies: Lies, fault: CeremonyFault) -> None:
    told: dict[str, Any] = dict(lies)
    if "flags" in lies:
        told["flags"] = lies["flags"] | AT
    assert fault_of(lambda: register(make(), **told)) is fault


@pytest.mark.parametrize(("lies", "fault"), LIES, ids=str)
def test_an_assertion_that_lies_is_refused(lies: Lies, fault: CeremonyFault) -> None:
    key = make()
    row = known(register(key))
    assert fault_of(lambda: prove(key, row, **lies)) is fault


# --- what only a registration can get wrong ----------------------------------------------------


def test_an_algorithm_that_was_not_offered_is_refused() -> None:
    assert fault_of(lambda: register(make(algorithm=ES384))) is CeremonyFault.ALGORITHM


def test_a_credential_already_known_is_refused() -> None:
    row = known(register(make()))
    again = websafe_decode(row.credential_id)

    def act() -> Registered:
        return register(make(), existing=[row], credential_id=again)

    assert fault_of(act) is CeremonyFault.DUPLICATE


@pytest.mark.parametrize("length", [0, 1024])
def test_a_credential_id_of_no_or_too_many_bytes_is_refused(length: int) -> None:
    act = fault_of(lambda: register(make(), credential_id=b"i" * length))
    assert act is CeremonyFault.MALFORMED


def test_an_answer_that_names_another_credential_than_it_holds_is_refused() -> None:
    asked = begin()
    body = make().create(asked.options)
    body["id"] = body["rawId"] = websafe_encode(b"another")
    assert finish(asked.state, body) is CeremonyFault.MALFORMED


@pytest.mark.parametrize(
    "maker",
    [
        Manufacturer(root=MAKER.root, unit="Sales"),
        Manufacturer(root=MAKER.root, authority=True),
        Manufacturer(root=MAKER.root, model=UUID(int=1)),
    ],
    ids=["unit", "authority", "model"],
)
def test_a_certificate_that_may_not_attest_is_refused(maker: Manufacturer) -> None:
    act = fault_of(lambda: register(make(attestation=maker), trust=TRUST))
    assert act is CeremonyFault.ATTESTATION


@pytest.mark.parametrize("attestation", ["self", MAKER, STRANGER], ids=["self", "ours", "other"])
def test_a_statement_with_a_wrong_signature_is_refused(attestation: str | Manufacturer) -> None:
    act = fault_of(lambda: register(make(attestation=attestation), signature=bytes(64)))
    assert act is CeremonyFault.ATTESTATION


@pytest.mark.parametrize("statement", [{"sig": b""}, {"alg": -7, "x5c": [b"\x30"]}, {"x5c": 1}])
@pytest.mark.parametrize("name", ["none", "packed", "tpm", "apple", "fido-u2f"])
def test_a_statement_that_is_none_is_refused(name: str, statement: dict[str, Any]) -> None:
    act = fault_of(lambda: register(make(), format=name, statement=statement))
    assert act is CeremonyFault.ATTESTATION


def test_a_chain_that_ended_attests_nothing() -> None:
    old = Manufacturer(root=MAKER.root, days=-1)
    assert not register(make(attestation=old), trust=TRUST).attested


def test_a_model_counts_when_it_is_on_the_list_or_there_is_none() -> None:
    listed = Trust(roots=TRUST.roots, aaguids=frozenset({str(MODEL).upper()}))
    others = Trust(roots=TRUST.roots, aaguids=frozenset({str(UUID(int=7))}))
    assert register(make(attestation=MAKER), trust=listed).attested
    assert not register(make(attestation=MAKER), trust=others).attested
    assert not register(make(), trust=listed).attested


def test_one_root_of_several_is_enough() -> None:
    several = Trust(roots=(Authority("Another").pem + STRANGER.root.pem, MAKER.root.pem))
    assert register(make(attestation=MAKER), trust=several).attested
    assert register(make(attestation=STRANGER), trust=several).attested


# --- what only an assertion can get wrong ------------------------------------------------------


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_a_wrong_signature_is_refused(algorithm: int) -> None:
    key = make(algorithm=algorithm)
    row = known(register(key))
    assert fault_of(lambda: prove(key, row, signature=bytes(64))) is CeremonyFault.SIGNATURE


def test_a_credential_that_was_not_given_is_refused_even_with_a_right_signature() -> None:
    key, other = make(), make()
    row, hers = known(register(key)), known(register(other))
    asked = passkey.begin_assertion(party=PARTY, known=[row], require_user_verification=True)
    offered = [{"type": "public-key", "id": hers.credential_id}]
    body = other.get({**asked.options, "allowCredentials": offered})

    def act(*rows: Known) -> Asserted:
        return passkey.finish_assertion(party=PARTY, state=asked.state, body=body, known=rows)

    assert fault_of(lambda: act(row)) is CeremonyFault.UNKNOWN_CREDENTIAL
    assert fault_of(act) is CeremonyFault.UNKNOWN_CREDENTIAL
    assert act(row, hers).credential_id == hers.credential_id


def test_another_key_under_a_known_id_is_refused() -> None:
    key, other = make(), make()
    row = known(register(key))
    forged = websafe_decode(row.credential_id)
    register(other, credential_id=forged)
    assert fault_of(lambda: prove(other, row)) is CeremonyFault.SIGNATURE


@pytest.mark.parametrize("secret", ["", "AAAA", "no base64!"])
def test_a_credential_that_cannot_be_read_any_more_is_unknown(secret: str) -> None:
    key = make()
    row = known(register(key), secret=secret)
    assert fault_of(lambda: prove(key, row)) is CeremonyFault.UNKNOWN_CREDENTIAL


def test_a_secret_of_another_credential_proves_nothing() -> None:
    key = make()
    one, other = known(register(key)), known(register(key))
    mixed = replace(one, secret=other.secret)
    assert fault_of(lambda: prove(key, mixed)) is CeremonyFault.SIGNATURE


@pytest.mark.parametrize("eligible", [True, False])
def test_backup_eligibility_may_never_change(eligible: bool) -> None:
    key = make(backup_eligible=eligible)
    row = known(register(key))
    key.backup_eligible = not eligible
    assert fault_of(lambda: prove(key, row)) is CeremonyFault.BACKUP_CHANGED
    assert fault_of(lambda: prove(key, row, signature=b"x")) is CeremonyFault.SIGNATURE


def test_the_backup_state_may_change() -> None:
    key = make(backup_eligible=True)
    row = known(register(key))
    key.backed_up = True
    assert prove(key, row).backed_up


@pytest.mark.parametrize(
    ("stored", "shown", "regressed"),
    [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 4, True), (5, 0, True)],
)
def test_a_count_that_does_not_rise_is_reported_and_not_refused(
    stored: int, shown: int, regressed: bool
) -> None:
    key = make(step=0)
    row = known(register(key), sign_count=stored)
    key.sign_count = shown
    proof = prove(key, row)
    assert (proof.sign_count, proof.count_regressed) == (shown, regressed)


def test_the_user_handle_may_be_missing_but_not_anothers() -> None:
    key = make()
    row = known(register(key))
    assert prove(key, row, user_handle=None)
    assert prove(key, row, user_handle=b"")
    act = fault_of(lambda: prove(key, row, user_handle=b"somebody else"))
    assert act is CeremonyFault.USER_HANDLE


def test_each_credential_has_a_user_handle_of_its_own() -> None:
    key, other = make(), make()
    row = known(register(key), user_handle=b"from elsewhere")
    mine = known(register(other))
    assert prove(key, row, mine, user_handle=b"from elsewhere")
    assert prove(other, mine, row)
    assert fault_of(lambda: prove(key, row, mine)) is CeremonyFault.USER_HANDLE
    hers = fault_of(lambda: prove(other, mine, row, user_handle=b"from elsewhere"))
    assert hers is CeremonyFault.USER_HANDLE


@pytest.mark.parametrize("synced", [True, False])
def test_a_backup_flag_that_is_not_known_fits_any_answer(synced: bool) -> None:
    key = make(backup_eligible=synced)
    row = known(register(key), backup_eligible=None)
    assert prove(key, row).backup_eligible is synced


# --- states ------------------------------------------------------------------------------------


def test_a_state_is_good_for_its_own_ceremony_only() -> None:
    key = make()
    row = known(register(key))
    registration = begin()
    assertion = passkey.begin_assertion(party=PARTY, known=[row], require_user_verification=True)
    assert finish(assertion.state, make().create(registration.options)) is CeremonyFault.STATE
    act = fault_of(
        lambda: passkey.finish_assertion(
            party=PARTY,
            state=registration.state,
            body=key.get({**assertion.options, "challenge": registration.options["challenge"]}),
            known=[row],
        )
    )
    assert act is CeremonyFault.STATE


def test_the_state_of_another_ceremony_of_the_same_kind_has_another_challenge() -> None:
    assert finish(begin().state, make().create(begin().options)) is CeremonyFault.CHALLENGE


def test_a_state_of_another_relying_party_is_refused() -> None:
    asked = begin()
    body = make().create(asked.options, rp_id="other.example")
    other = replace(PARTY, id="other.example")
    act = fault_of(
        lambda: passkey.finish_registration(
            party=other, state=asked.state, body=body, existing=[], trust=NOBODY
        )
    )
    assert act is CeremonyFault.STATE


def test_secrets_stay_out_of_representations() -> None:
    made = register(make())
    assert made.secret not in repr(made) + repr(known(made))
