"""Why somebody is asked to set up a way to confirm, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.set_up_reason import SetUpReason
from otpguard.labels import Text

_WORDS: Mapping[SetUpReason, Text] = {
    SetUpReason.RESET: _(
        "How you confirm was reset, because you asked for it or because somebody saw a danger for"
        " your account. If you do not know why, ask your administrator before you go on."
    ),
    SetUpReason.EMAIL_ONLY: _(
        "Your password was reset by e-mail alone. With a way to confirm, nobody gets in who can"
        " only read your mailbox."
    ),
    SetUpReason.BLOCKED: _("What you had set up is not accepted in this organization any more."),
    SetUpReason.LOCKED_OUT: _("A way to confirm was switched off after too many wrong codes."),
    SetUpReason.SWITCHED_OFF: _(
        "A way to confirm that you had was switched off. Ask your administrator if you do not know"
        " why."
    ),
    SetUpReason.WAITING: _("What you have set up can be used only after a wait."),
    SetUpReason.PHONE_AT_RISK: _(
        "A code on your phone is not enough for this login, because it looks unusual."
    ),
    SetUpReason.KIND_REFUSED: _("What you have set up is of a kind that is not accepted here."),
    SetUpReason.TOO_WEAK: _("What you have set up is not strong enough for this."),
}

_ALONE: Mapping[SetUpReason, Text] = {
    SetUpReason.RESET: _(
        "How you confirm was reset, because you asked for it or because somebody saw a danger for"
        " your account. If you do not know why, ask for help before you go on."
    ),
    SetUpReason.BLOCKED: _("What you had set up is not accepted here any more."),
    SetUpReason.SWITCHED_OFF: _("A way to confirm that you had was switched off."),
}
"""For a product without organizations, which must not speak of them."""


def said(reasons: Iterable[SetUpReason]) -> list[Text]:
    """A sentence for each reason."""
    alone = _ALONE if settings().tenancy == "single" else {}
    return [alone.get(each, _WORDS[each]) for each in reasons]
