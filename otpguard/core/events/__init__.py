"""The catalog of audit events: each declared once, everything else derived from it.

Import an event from the module of its subject. Importing any of them registers all of them.

Laws. A code is never used again for something else. Fields are only ever added, with defaults. A
change of meaning is a new event. The grammar of a code is `subject.past_participle`.
"""

from otpguard.core.events import (
    challenge,
    checkpoint,
    erasure,
    factor,
    form,
    notice,
    number,
    purge,
    route,
    session,
    tenant,
)

__all__ = [
    "challenge",
    "checkpoint",
    "erasure",
    "factor",
    "form",
    "notice",
    "number",
    "purge",
    "route",
    "session",
    "tenant",
]
