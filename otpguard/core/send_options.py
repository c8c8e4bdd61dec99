"""How one call wants its codes sent: its own order of channels, and its own wait between them.

Both replace the tenant's and the site's for this call only. Neither weakens anything: a channel
that the policy does not allow, or that does not reach the level, stays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from otpguard.core.assurance import Channel
from otpguard.core.wishes import dump_wishes, parse_wishes

_ASKED = frozenset({"preferred_methods", "fallback_timeout"})
"""What a call may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """What a call asks for; what it leaves empty is the policy's. Made by `send_options`."""

    preferred_methods: tuple[Channel, ...] = ()
    fallback_timeout: timedelta | None = None

    @property
    def wishes(self) -> dict[str, Any]:
        """The fields of a policy that it sets, with values of the field's own type.

        Its order of channels is for numbers of every country.
        """
        wishes: dict[str, Any] = {}
        if self.preferred_methods:
            wishes["preferred_methods"] = self.preferred_methods
            wishes["preferred_methods_by_country"] = ()
        if self.fallback_timeout is not None:
            wishes["fallback_timeout"] = self.fallback_timeout
        return wishes

    def dump(self) -> dict[str, Any]:
        """Its JSON form; `send_options(**it)` reads that."""
        own = {name: value for name, value in self.wishes.items() if name in _ASKED}
        return dump_wishes(own)


USUAL = SendOptions()
"""Nothing of its own: the policy says it all."""


def send_options(
    *,
    preferred_methods: Sequence[Channel | str] | None = None,
    fallback_timeout: timedelta | int | None = None,
) -> SendOptions:
    """What a call asks for, read as strictly as a policy.

    `preferred_methods` are channels in the order in which they are tried, each once;
    `fallback_timeout` is a whole number of seconds from 2 to 120, or a timedelta of as many. None
    leaves either to the policy. Raises WishError, a ValueError that names the argument.
    """
    if preferred_methods is None and fallback_timeout is None:
        return USUAL
    asked = {"preferred_methods": preferred_methods, "fallback_timeout": fallback_timeout}
    return SendOptions(
        **parse_wishes({name: value for name, value in asked.items() if value is not None})
    )
