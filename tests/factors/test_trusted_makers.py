"""Whom the settings trust: read from files, and nobody when one of them cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from otpguard.factors import trusted_makers
from tests.authenticator import MODEL
from tests.manufacturer import Manufacturer
from tests.metadata_service import Service, entry

MAKER = Manufacturer()
SERVICE = Service()
OTHER = UUID("5afe0000-0000-4000-8000-00000000beef")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The settings that name a maker's root, a blob of the metadata and its root."""
    contents = {
        "roots.pem": MAKER.root.pem.encode(),
        "blob.jwt": SERVICE.blob(entry(MODEL, MAKER), entry(OTHER, MAKER, statuses=("REVOKED",))),
        "service.pem": SERVICE.root.pem.encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def by_metadata(files: dict[str, str]) -> dict[str, Any]:
    return {
        "ATTESTATION_METADATA": files["blob.jwt"],
        "ATTESTATION_METADATA_ROOT": files["service.pem"],
    }


def test_nobody_is_trusted_unless_somebody_is_named() -> None:
    with override_settings(OTPGUARD={}):
        assert not trusted_makers.trusts_any()
        assert not trusted_makers.asks_makers()
        trust = trusted_makers.read_trust()
        assert (trust.roots, trust.metadata) == ((), None)


def test_roots_and_lists_are_read(files: dict[str, str]) -> None:
    named = {
        "ATTESTATION_ROOTS": [files["roots.pem"]],
        "ATTESTATION_AAGUIDS": [str(MODEL).upper()],
        "ATTESTATION_DENIED_AAGUIDS": [str(OTHER)],
    }
    with override_settings(OTPGUARD=named):
        assert trusted_makers.trusts_any()
        trust = trusted_makers.trusted()
        assert trust.roots_of(str(MODEL)) == (MAKER.root.certificate,)
        assert (trust.counts(MODEL), trust.counts(OTHER)) == (True, False)


def test_metadata_are_read_up_to_the_root_that_is_named(files: dict[str, str]) -> None:
    with override_settings(OTPGUARD=by_metadata(files)):
        assert trusted_makers.trusts_any()
        trust = trusted_makers.read_trust()
        assert trust.roots_of(str(MODEL)) == (MAKER.root.certificate,)
        assert (trusted_makers.still_counts(MODEL), trusted_makers.still_counts(OTHER)) == (
            True,
            False,
        )


def test_metadata_that_the_alliance_has_not_signed_are_not_believed(
    files: dict[str, str],
) -> None:
    with (
        override_settings(OTPGUARD={"ATTESTATION_METADATA": files["blob.jwt"]}),
        pytest.raises(ImproperlyConfigured, match=r"blob\.jwt: its signature leads to no root"),
    ):
        trusted_makers.read_trust()


@pytest.mark.parametrize(
    "broken",
    [
        {"ATTESTATION_METADATA": "/nowhere/blob.jwt"},
        {"ATTESTATION_ROOTS": ["/nowhere/roots.pem"]},
        {"ATTESTATION_AAGUIDS": ["blue key"]},
        {"ATTESTATION_DENIED_AAGUIDS": ["blue key", str(OTHER)]},
    ],
    ids=str,
)
def test_what_cannot_be_read_leaves_nobody_trusted_and_the_denied_denied(
    files: dict[str, str], broken: dict[str, Any]
) -> None:
    good = {"ATTESTATION_ROOTS": [files["roots.pem"]], "ATTESTATION_DENIED_AAGUIDS": [str(OTHER)]}
    with override_settings(OTPGUARD={**good, **broken}):
        trust = trusted_makers.trusted()
        assert trust.roots_of(str(MODEL)) == ()
        assert not trusted_makers.still_counts(MODEL), "a missing file may say that it is broken"
        assert trust.denied == {str(OTHER)}
        with pytest.raises(ImproperlyConfigured):
            trusted_makers.read_trust()


def test_a_browser_is_asked_for_the_model_where_one_is_denied() -> None:
    with override_settings(OTPGUARD={"ATTESTATION_DENIED_AAGUIDS": [str(OTHER)]}):
        assert trusted_makers.asks_makers()
        assert not trusted_makers.trusts_any()
