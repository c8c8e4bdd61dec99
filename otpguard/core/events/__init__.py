"""The catalog of audit events: each declared once, everything else derived from it.

Import an event from the module of its subject. Importing any of them registers all of them.

Laws. A code is never used again for something else. Fields are only ever added, with defaults. A
change of meaning is a new event. The grammar of a code is `subject.past_participle`.
"""

from otpguard.core.events import (
    billing,
    cap,
    challenge,
    checkpoint,
    closure,
    email_change,
    emergency,
    erasure,
    factor,
    form,
    key,
    notice,
    number,
    number_intel,
    password_reset,
    pumping,
    purge,
    release,
    reputation,
    route,
    session,
    spend,
    tenant,
)
from otpguard.core.events.audit import log
from otpguard.core.events.provisioning import domain, scim, signal
from otpguard.core.events.siem import stream

__all__ = [
    "billing",
    "cap",
    "challenge",
    "checkpoint",
    "closure",
    "domain",
    "email_change",
    "emergency",
    "erasure",
    "factor",
    "form",
    "key",
    "log",
    "notice",
    "number",
    "number_intel",
    "password_reset",
    "pumping",
    "purge",
    "release",
    "reputation",
    "route",
    "scim",
    "session",
    "signal",
    "spend",
    "stream",
    "tenant",
]
