"""How one call wants its codes sent: its own order of channels, and its own wait between them.

Both count in place of the tenant's and the site's, for this call alone, and neither makes anything
weaker: a channel that the policy does not allow, or that does not reach the level, stays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from otpguard.core.assurance import Channel
from otpguard.core.wishes import WishError, parse

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a call asks for; what it leaves empty is the policy's. Made by `sending`."""

    preferred_methods: tuple[Channel, ...] = ()
    fallback_timeout: timedelta | None = None

    @property
    def wishes(self) -> dict[str, Any]:
        """The fields of a policy that it sets, with values of the field's own type."""
        wishes: dict[str, Any] = {}
        if self.preferred_methods:
            wishes["preferred_methods"] = self.preferred_methods
        if self.fallback_timeout is not None:
            wishes["fallback_timeout"] = self.fallback_timeout
        return wishes


USUAL = Sending()
"""Nothing of its own: the policy says it all."""


def sending(
    *,
    preferred_methods: Sequence[Channel | str] | None = None,
    fallback_timeout: timedelta | int | None = None,
) -> Sending:
    """What a call asks for, read as strictly as a policy.

    `preferred_methods` are channels in the order in which they are tried, each once;
    `fallback_timeout` is a whole number of seconds from 2 to 120, or a timedelta of as many. None
    leaves either to the policy. Raises WishError, a ValueError that names the argument.
    """
    if preferred_methods is None and fallback_timeout is None:
        return USUAL
    asked: dict[str, object] = {}
    if preferred_methods is not None:
        if not isinstance(preferred_methods, list | tuple):
            known = ", ".join(Channel)
            raise WishError("preferred_methods", f"must be a list, in order, of: {known}")
        asked["preferred_methods"] = preferred_methods
    if fallback_timeout is not None:
        if isinstance(fallback_timeout, timedelta) and fallback_timeout % SECOND:
            raise WishError("fallback_timeout", "must be whole seconds from 2 to 120")
        asked["fallback_timeout"] = fallback_timeout
    return Sending(**parse(asked))
