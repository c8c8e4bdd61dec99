"""How the page of a challenge looks, by the kind of its factor: template, form and details."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.factors import passkey_rows, totp
from otpguard.forms.challenge import AnswerForm
from otpguard.forms.factor import CredentialForm, RecoveryCodeForm
from otpguard.models import Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One kind's page: its template, the form that reads the answer, what it shows besides."""

    template: str
    form: type[forms.Form]
    details: Callable[[Challenge], Mapping[str, Any]]


def look_of(challenge: Challenge) -> Look:
    """The look of a challenge; a code that was sent looks the same whatever it recovers."""
    kind = FactorKind(challenge.factor.kind) if challenge.factor else FactorKind.PHONE
    return _SENT if challenge.plan else _LOOKS[kind]


def _sent(_challenge: Challenge) -> Mapping[str, Any]:
    return {}


def _totp(challenge: Challenge) -> Mapping[str, Any]:
    factor = challenge.factor
    assert factor is not None  # noqa: S101 (its kind chose this look)
    known = {"enrolls": challenge.enrolls, "factor_name": factor.name}
    if not challenge.enrolls or factor.confirmed:
        return known
    seed = totp.seed_of(factor)
    account = challenge.user.get_username() if challenge.user else ""
    uri = seed.otpauth_uri(issuer=settings().brand, account=account)
    return {**known, "qr": totp.qr_svg(uri), "secret": seed.spelled}


def _passkey(challenge: Challenge) -> Mapping[str, Any]:
    return {
        "enrolls": challenge.enrolls,
        "options": json.dumps(passkey_rows.options_of(challenge)),
        "account": challenge.user.get_username() if challenge.user else "",
    }


_SENT = Look(template="otpguard/code.html", form=AnswerForm, details=_sent)
_LOOKS: Mapping[FactorKind, Look] = {
    FactorKind.PHONE: _SENT,
    FactorKind.TOTP: Look(template="otpguard/totp.html", form=AnswerForm, details=_totp),
    FactorKind.PASSKEY: Look(
        template="otpguard/passkey.html", form=CredentialForm, details=_passkey
    ),
    FactorKind.RECOVERY: Look(
        template="otpguard/recovery_code.html", form=RecoveryCodeForm, details=_sent
    ),
}
