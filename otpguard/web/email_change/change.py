"""What a host's view calls where somebody changes their e-mail address."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otpguard.flows.email_change import change
from otpguard.http.facts import facts_of
from otpguard.http.guard import require


def change_email(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    email: str,
) -> None:
    """Change the e-mail address of the account that asks, with the care that a way into it needs.

    Call it in place of `user.save()`, by POST, after the new mailbox has confirmed itself. A person
    with a factor proves it first (`factor_change`); without one, what is sensitive waits. The old
    mailbox gets a link that undoes it.

    Raises RequestRefused for the middleware, InvalidInput for an e-mail address that is none or the
    same, NotAllowed without a login, StoreUnavailable.
    """
    facts = facts_of(request)
    if not facts.user or change.has_own_factor(facts.user):
        require(request, "factor_change", target=_("your e-mail address"), body={"email": email})
    change.change_email(facts=facts, email=email, language=get_language() or "")
