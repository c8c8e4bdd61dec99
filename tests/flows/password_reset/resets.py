"""Somebody who has opened the link that was mailed to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.password_reset.link import make_link
from tests import factories

SID = "s" * 43


def opened(user: AbstractUser, **known: Any) -> tuple[RequestFacts, str]:
    """The facts of the reset, and the token of a link of just now."""
    with transaction.atomic():
        _row, token = make_link(user, now=timezone.now())
    facts = factories.facts(user, sid=SID, primary=Primary.RESET_LINK, host="testserver")
    return replace(facts, **known), token
