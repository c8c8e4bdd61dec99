"""A limit on requests to a public URL: so many a minute, no more.

It is django-ratelimit, counted in the cache and so neither exact nor safe from an outage. What is
behind it must be safe without it: when the store of the counts is away, everything is let through
and the log says so (C39). The caps that cost money are exact and elsewhere, in `limits.limiter`.
"""

from __future__ import annotations

import logging
from types import SimpleNamespace

from django.core.exceptions import ImproperlyConfigured
from django_ratelimit.core import get_usage

logger = logging.getLogger("otpguard.request_rate")


def is_over(*, group: str, key: str, rate: str) -> bool:
    """Count one more of `key` in `group`; True when `rate`, as "600/m", is used up.

    Raises ImproperlyConfigured for a rate that cannot be read, never for a store that is away.
    """
    return seconds_to_wait(group=group, key=key, rate=rate) > 0


def seconds_to_wait(*, group: str, key: str, rate: str) -> int:
    """Count one more of `key` in `group`; when `rate` is used up, the seconds until it is not.

    0 means that this one may pass. Raises as `is_over`.
    """
    # It takes a request for its own ways of telling people apart, which are not used here.
    nobody = SimpleNamespace(method="")
    try:
        usage = get_usage(nobody, group=group, key=lambda *_: key, rate=rate, increment=True)
    except ImproperlyConfigured:
        raise
    except Exception:  # each cache back end has errors of its own
        logger.exception("the store of the rate limit is away; let through")
        return 0
    # A limit of 0 is how it says that it could not count.
    if usage is None or usage["limit"] == 0 or not usage["should_limit"]:
        return 0
    return max(1, int(usage["time_left"]))
