"""What a field of a policy may be where it is one of a few. Each is ordered, the stricter last."""

from __future__ import annotations

from enum import IntEnum

from otpguard.core.policy_values import Choice
from otpguard.core.text import gettext_noop as _


class Enforcement(IntEnum):
    """Whether a refusal is carried out. Ordered: enforcing is the stricter."""

    REPORT_ONLY = 0
    ENFORCE = 1


class UserVerification(IntEnum):
    """Whether a passkey must check its holder (PIN, finger, face). Ordered."""

    PREFERRED = 0
    REQUIRED = 1


class WithoutFactor(IntEnum):
    """What recovers an account with nothing enrolled. Ordered: an administrator is the stricter."""

    EMAIL_AND_HOLD = 0
    ADMINISTRATOR = 1


class LoginWhen(IntEnum):
    """Which logins are asked for a proof. Ordered: all of them is the stricter."""

    RISK = 0
    ALWAYS = 1


WITHOUT_FACTOR = Choice(
    {
        "email_and_hold": WithoutFactor.EMAIL_AND_HOLD,
        "administrator": WithoutFactor.ADMINISTRATOR,
    },
    labels={
        "email_and_hold": _("a link by e-mail, and a waiting period"),
        "administrator": _("an administrator"),
    },
)

LOGIN_WHEN = Choice(
    {"risk": LoginWhen.RISK, "always": LoginWhen.ALWAYS},
    labels={"risk": _("risky logins"), "always": _("every login")},
)

USER_VERIFICATION = Choice(
    {"preferred": UserVerification.PREFERRED, "required": UserVerification.REQUIRED},
    labels={"preferred": _("where it can"), "required": _("always")},
)

ENFORCEMENT = Choice(
    {"enforce": Enforcement.ENFORCE, "report_only": Enforcement.REPORT_ONLY},
    labels={"enforce": _("refuse"), "report_only": _("let pass and report")},
)
