"""What somebody can do whose number gets no code now: the ways as buttons, never why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.reasons import StartReason, WhyNotStarted
from otpguard.labels import Text

_STOPPED = frozenset({StartReason.ANOTHER_WAY, StartReason.PROOF_OF_WORK})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """One way, as a button."""

    url: str
    label: Text


def ways_after(reason: WhyNotStarted, *, others: Iterable[OtherWay] = ()) -> tuple[OtherWay, ...]:
    """The buttons for somebody whom the pumping defense has stopped: `others` of the page, then
    help by a human where the site has it. None for other reasons, whose sentence says what to do.
    """
    if reason not in _STOPPED:
        return ()
    url = settings().support_url
    return (*others, *([OtherWay(url=url, label=_("Get help"))] if url else ()))
