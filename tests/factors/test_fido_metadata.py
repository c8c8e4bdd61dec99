"""The metadata of the FIDO Alliance: signed by its service alone, and what they say of models."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from otpguard.factors import fido_metadata
from otpguard.factors.fido_metadata import InvalidMetadataError, Metadata, read_metadata
from tests.authenticator import MODEL
from tests.manufacturer import Authority, Manufacturer
from tests.metadata_service import Service, entry, rsa_key

NOW = datetime.now(tz=UTC)
SERVICE = Service()
MAKER = Manufacturer()
OTHER = UUID("5afe0000-0000-4000-8000-00000000beef")


def read(blob: bytes, *, of: Service = SERVICE, at: datetime = NOW) -> Metadata:
    strangers = Authority("Somebody else")
    return read_metadata(blob, roots=[strangers.certificate, of.root.certificate], at=at)


def test_models_that_keep_keys_in_hardware_are_known_with_their_makers_roots() -> None:
    known = read(SERVICE.blob(entry(MODEL, MAKER), entry(OTHER, Manufacturer())))
    assert known.roots[str(MODEL)] == (MAKER.root.certificate,)
    assert known.roots[str(OTHER)] != known.roots[str(MODEL)]
    assert (known.number, known.next_update) == (7, SERVICE.next_update)
    assert known.undesired == frozenset()


@pytest.mark.parametrize(
    "places", [(), ("software",), ("hardware",), ("secure_element",), ("software", "tee")]
)
def test_a_model_that_may_keep_keys_elsewhere_is_vouched_for_by_nobody(
    places: tuple[str, ...],
) -> None:
    assert read(SERVICE.blob(entry(MODEL, MAKER, key_protection=places))).roots[str(MODEL)] == ()


@pytest.mark.parametrize(
    "status",
    [
        "REVOKED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ],
)
def test_a_model_that_is_broken_is_undesired_whatever_else_is_said(status: str) -> None:
    said = entry(MODEL, MAKER, statuses=("FIDO_CERTIFIED_L2", status, "UPDATE_AVAILABLE"))
    assert read(SERVICE.blob(said)).undesired == {str(MODEL)}


def test_a_word_that_is_not_known_yet_and_an_odd_certificate_cost_nothing_else() -> None:
    odd = entry(MODEL, MAKER, statuses=("SOMETHING_NEW",), roots=(b"no certificate",))
    known = read(SERVICE.blob(odd, entry(OTHER, MAKER)))
    assert (known.roots[str(MODEL)], known.undesired) == ((), frozenset())
    assert known.roots[str(OTHER)] == (MAKER.root.certificate,)


def test_a_blob_is_read_whichever_of_the_two_signatures_it_has() -> None:
    elliptic = Service(key=ec.generate_private_key(ec.SECP256R1()))
    assert read(elliptic.blob(entry(MODEL, MAKER)) + b"\n", of=elliptic).roots


def test_a_blob_names_what_stands_between_its_signer_and_the_root() -> None:
    middle = Authority("Middle", above=SERVICE.root)
    for path in ((middle,), (middle, SERVICE.root)):
        assert read(Service(root=middle, path=path).blob()).number == 7
    assert "no root" in refused(Service(root=middle).blob())


def refused(blob: bytes, *, at: datetime = NOW) -> str:
    with pytest.raises(InvalidMetadataError) as caught:
        read(blob, at=at)
    return str(caught.value)


def test_any_other_holder_of_a_certificate_of_that_root_signs_in_vain() -> None:
    shop = Service(root=SERVICE.root, host="shop.example")
    assert refused(shop.blob(entry(MODEL, MAKER))) == "it is not signed by mds.fidoalliance.org"
    assert "not signed by" in refused(SERVICE.blob(x5c=[]))


def test_a_signer_below_another_root_signs_in_vain() -> None:
    assert "no root" in refused(Service().blob(entry(MODEL, MAKER)))


def test_what_was_changed_or_signed_with_another_key_is_refused() -> None:
    head, payload, signature = SERVICE.blob(entry(MODEL, MAKER)).split(b".")
    other = SERVICE.blob(entry(OTHER, MAKER)).split(b".")[1]
    assert "no root" in refused(b".".join([head, other, signature]))
    forged = Service(root=SERVICE.root, key=rsa_key()).blob(entry(MODEL, MAKER)).split(b".")
    assert "no root" in refused(b".".join([head, payload, forged[2]]))


def test_a_signers_certificate_must_be_valid_at_the_time() -> None:
    assert "no root" in refused(SERVICE.blob(), at=NOW + timedelta(days=31))


@pytest.mark.parametrize("blob", [b"", b"x", b"a.b.c", b"e30.e30.e30", b"\xff.\xff.\xff"])
def test_what_is_no_blob_is_refused(blob: bytes) -> None:
    assert refused(blob)


def test_a_file_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fido_metadata, "LONGEST", 100)
    assert refused(SERVICE.blob()) == "it is larger than 32 MiB"


def test_an_old_blob_is_read_and_says_how_old_it_is() -> None:
    old = Service(root=SERVICE.root, next_update=date(2020, 1, 1))
    assert read(old.blob()).next_update == date(2020, 1, 1)
