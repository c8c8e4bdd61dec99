"""What all pages about a person's own security share: access, headers and messages.

A word in the URL, from a closed set, tells the page which message to show. So it does not need
Django's messages, and a crafted link cannot put its own words on the page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.login import with_sid
from otpguard.http.refusal import SeeOther
from otpguard.http.unavailable import unavailable
from otpguard.labels import Text
from otpguard.tenants.administrators import administrators_of

logger = logging.getLogger("otpguard.pages")

DONE: Mapping[str, Text] = {
    "added": _("It is set up. You can confirm with it from now on."),
    "added_waiting": _("It is set up. Below you see from when it counts."),
    "codes_made": _("You have new recovery codes. Keep them where only you can read them."),
    "renamed": _("The new name is saved."),
    "removed": _(
        "It is removed. It can no longer confirm anything, and its confirmations have ended."
    ),
    "forgotten": _("The device is forgotten. It counts as unknown again."),
    "ended": _("The confirmation has ended. You are asked again when it matters."),
    "signed_out": _("All your other logins have ended."),
    "alone": _("There was no other login to end."),
    "email_added": _(
        "We have sent a link to the e-mail address. It gets notices once it is confirmed."
    ),
    "joined": _("You belong to the organization now."),
    "not_joined": _("The organization's entry is not linked to your account."),
    "linked": _("The sign-in is linked. It opens your account from now on."),
    "email_removed": _("The e-mail address is removed. It still gets notices for three days."),
}
"""The messages of the Security page, by the word in the URL; other words show nothing."""

View = Callable[..., HttpResponse]


def own_page(view: View) -> View:
    """Wrap a view `(request, facts, **kwargs)` of a person's own pages: somebody logged in, with a
    login session of ours, and our headers on what it answers; 503 while the store is away."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (of the URL)
        try:
            facts = with_sid(request, facts_from(request))
            return pages.hardened(request, view(request, facts, **kwargs))
        except (StoreUnavailable, DatabaseError, InterfaceError):
            logger.exception("a page of one's own security has no store")
            return unavailable(request)

    return inner


def leads_team(facts: RequestFacts) -> bool:
    """Whether somebody is an active administrator of the request's tenant. One statement."""
    return bool(facts.tenant) and facts.user in administrators_of(UUID(facts.tenant))


def back(done: str = "") -> HttpResponse:
    """To the Security page, which says `done`, a key of DONE."""
    return SeeOther(reverse("otpguard:security") + (f"?done={done}" if done else ""))


def not_found(request: HttpRequest) -> HttpResponse:
    """The page for an unknown id: the same whether it never existed or is somebody else's."""
    return refused(
        request,
        _("There is nothing like that in your account. It may have been removed since."),
        status=404,
    )


def refused(request: HttpRequest, message: Text, *, status: int) -> HttpResponse:
    """A page that says why something was not done, and leads back."""
    return render(
        request,
        "otpguard/security/refused.html",
        {"message": message, "support_url": settings().support_url},
        status=status,
    )
