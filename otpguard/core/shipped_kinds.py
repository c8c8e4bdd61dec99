"""The four kinds of factor that ship, and the methods that prove them.

Their behavior is in the drivers of the same names in `otpguard.factors`. Whatever is not about one
kind alone asks a kind for its facts and does not name it; `tests/house/test_kinds.py` lists who
may.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from otpguard.core.assurance import Channel, Grade, Method
from otpguard.core.factor_kind import FactorKind, FactorKindError
from otpguard.core.text import gettext_noop as _

BY_SMS = Method(
    slug="sms",
    kind="phone",
    grade=Grade.PHONE,
    channel=Channel.SMS,
    label=_("Code by text message"),
    shown=_("Your phone code"),
)
BY_WHATSAPP = Method(
    slug="whatsapp",
    kind="phone",
    grade=Grade.WHATSAPP,
    channel=Channel.WHATSAPP,
    label=_("Code by WhatsApp"),
    shown=_("Your WhatsApp code"),
)
BY_VOICE = Method(
    slug="voice",
    kind="phone",
    grade=Grade.PHONE,
    channel=Channel.VOICE,
    label=_("Code by phone call"),
    shown=_("Your phone call"),
)
BY_EMAIL = Method(
    slug="email",
    kind="phone",
    grade=Grade.EMAIL,
    channel=Channel.EMAIL,
    label=_("Code by e-mail"),
    shown=_("Your e-mail code"),
)
"""An e-mailed code is a phone's last channel."""

BY_APP = Method(
    slug="totp",
    kind="totp",
    grade=Grade.TOTP,
    hardware=False,
    label=_("Code of an app"),
    shown=_("The code of your app"),
)
BY_TOKEN = Method(
    slug="hardware_totp",
    kind="totp",
    grade=Grade.HARDWARE_TOTP,
    hardware=True,
    label=_("Code of a hardware token"),
    shown=_("The code of your hardware token"),
)
BY_PASSKEY = Method(
    slug="passkey",
    kind="passkey",
    label=_("Passkey or security key"),
    shown=_("Your passkey"),
)
BY_SAVED_CODE = Method(
    slug="recovery",
    kind="recovery",
    grade=Grade.RECOVERY,
    recovers=True,
    label=_("Recovery code"),
    shown=_("Your recovery code"),
)
BY_EMAILED_CODE = Method(
    slug="recovery_email",
    kind="recovery",
    grade=Grade.RECOVERY_EMAIL,
    channel=Channel.EMAIL,
    label=_("E-mailed recovery code"),
    shown=_("Your e-mailed recovery code"),
)

PHONE = FactorKind(
    slug="phone",
    label=_("Phone"),
    how=_("We send you a code."),
    why=_("We send a code to your number. Nothing to install, but messages can be intercepted."),
    badge=_("the simple start"),
    icon="phone",
    rank=30,
    enroll_order=10,
    methods=(BY_SMS, BY_WHATSAPP, BY_VOICE, BY_EMAIL),
    sends_codes=True,
)
TOTP = FactorKind(
    slug="totp",
    label=_("Authenticator app"),
    how=_("Read the code from your app."),
    why=_(
        "An app on your phone shows a code, even without a network. Nothing is sent that somebody"
        " could intercept."
    ),
    icon="totp",
    rank=20,
    enroll_order=30,
    methods=(BY_APP, BY_TOKEN),
    waits_beside_others=False,
)
PASSKEY = FactorKind(
    slug="passkey",
    label=_("Passkey or security key"),
    how=_("Confirm on your device."),
    why=_(
        "Your device or security key confirms by finger, face or PIN. It works on the real site"
        " only, so nobody can trick you into giving it away."
    ),
    badge=_("strongest"),
    icon="passkey",
    rank=10,
    enroll_order=20,
    methods=(BY_PASSKEY,),
    phishing_resistant=True,
    any_serves=True,
    waits_beside_others=False,
)
RECOVERY = FactorKind(
    slug="recovery",
    label=_("Recovery code"),
    how=_("Use one of the codes you keep."),
    why="",
    icon="recovery",
    rank=90,
    enroll_order=None,
    methods=(BY_SAVED_CODE, BY_EMAILED_CODE),
    recovers=True,
)

SHIPPED: Mapping[str, FactorKind] = MappingProxyType(
    {kind.slug: kind for kind in (PHONE, TOTP, PASSKEY, RECOVERY)}
)
"""The kinds that ship, by slug."""

SHIPPED_METHODS: Mapping[str, Method] = MappingProxyType(
    {method.slug: method for kind in SHIPPED.values() for method in kind.methods}
)
"""The methods that ship, by slug."""


def check_foreign(kind: FactorKind) -> None:
    """Raise FactorKindError for a kind from outside that claims what only the shipped ones may.

    Its names and its grade are its own, so that it never gets a row of the profile's table that was
    made for another; sending codes and getting accounts back are the product's.
    """
    names = {kind.slug, *(method.slug for method in kind.methods)}
    taken = names & {*SHIPPED, *SHIPPED_METHODS, *map(str, Grade)}
    if taken:
        raise FactorKindError(f'"{min(taken)}" is a name of otpguard\'s own')
    if any(method.grade != kind.slug for method in kind.methods):
        raise FactorKindError(f'the grade of each method of "{kind.slug}" must be "{kind.slug}"')
    if kind.sends_codes or any(method.channel is not None for method in kind.methods):
        raise FactorKindError(f'"{kind.slug}" must not send codes: a phone does')
    if kind.recovers or any(method.recovers for method in kind.methods):
        raise FactorKindError(f'"{kind.slug}" must not recover accounts: recovery codes do')
