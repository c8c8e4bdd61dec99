"""Ceremonies of one person with one relying party, for the tests of passkeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from otpguard.core.reasons import CeremonyFault
from otpguard.factors import passkey
from otpguard.factors.passkey import (
    Asserted,
    CeremonyError,
    Known,
    Registered,
    RelyingParty,
    Trust,
)
from tests.authenticator import EDDSA, Authenticator
from tests.manufacturer import Manufacturer

ORIGIN: Final = "https://app.example.org"
PARTY: Final = RelyingParty(
    id="example.org", name="Acme", origins=frozenset({ORIGIN, "https://admin.example.org"})
)
HANDLE: Final = b"an opaque handle"
MAKER: Final = Manufacturer()
STRANGER: Final = Manufacturer()
TRUST: Final = Trust(roots=(MAKER.root.pem,))
NOBODY: Final = Trust()


def make(**traits: Any) -> Authenticator:
    """A security key that stands at ORIGIN."""
    return Authenticator(**{"origin": ORIGIN, "algorithm": EDDSA, **traits})


def begin(
    existing: list[Known] | None = None, *, verify: bool = True, attest: bool = True
) -> passkey.Ceremony:
    """A registration asked for."""
    return passkey.begin_registration(
        party=PARTY,
        user_handle=HANDLE,
        user_name="ann@example.org",
        display_name="Ann",
        existing=existing or [],
        require_user_verification=verify,
        ask_attestation=attest,
    )


def register(
    key: Authenticator,
    *,
    existing: list[Known] | None = None,
    trust: Trust = NOBODY,
    verify: bool = True,
    **lies: Any,
) -> Registered:
    """A credential made and accepted."""
    asked = begin(verify=verify)
    return passkey.finish_registration(
        party=PARTY,
        state=asked.state,
        body=key.create(asked.options, **lies),
        existing=existing or [],
        trust=trust,
    )


def known(made: Registered, **changes: Any) -> Known:
    """The credential as it would be stored."""
    row = Known(
        credential_id=made.credential_id,
        secret=made.secret,
        user_handle=HANDLE,
        backup_eligible=made.backup_eligible,
        sign_count=made.sign_count,
        transports=made.transports,
    )
    return replace(row, **changes)


def prove(key: Authenticator, *rows: Known, verify: bool = True, **lies: Any) -> Asserted:
    """An assertion asked for, given and accepted."""
    asked = passkey.begin_assertion(party=PARTY, known=rows, require_user_verification=verify)
    return passkey.finish_assertion(
        party=PARTY,
        state=asked.state,
        body=key.get(asked.options, **lies),
        known=rows,
    )


def fault_of(act: Callable[[], object]) -> CeremonyFault:
    """Why `act` is refused."""
    with pytest.raises(CeremonyError) as refused:
        act()
    return refused.value.reason


def finish(state: str, body: Any) -> CeremonyFault:
    """Why a registration is refused that ends like this."""
    return fault_of(
        lambda: passkey.finish_registration(
            party=PARTY, state=state, body=body, existing=[], trust=TRUST
        )
    )
