"""The domain of a company's e-mail: what a tenant may claim, and by which record it is shown."""

from __future__ import annotations

from datetime import timedelta

from otpguard.core.pumping.email_first import FREEMAIL
from otpguard.core.pumping.hygiene import clean_domain

LABEL = "_otpguard"
"""The name of the record, below the domain."""

RECHECK_AFTER = timedelta(hours=24)
"""How often a domain that is verified is looked at again."""

GRACE = timedelta(days=7)
"""How long a domain stays verified while its record is not seen, for whatever reason: longer than
a mistake in a zone lasts, shorter than a domain takes to get another owner."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


def claimable(domain: str) -> str:
    """The domain in the one spelling that is kept; empty for one that no tenant can have: none at
    all, an IP address, or where everybody has their mailbox."""
    plain = clean_domain(domain.strip().removeprefix("@"))
    labels = plain.split(".")
    if not plain or not set(plain) <= _LETTERS or labels[-1].isdigit():
        return ""
    if any(not label or label[0] == "-" or label[-1] == "-" for label in labels):
        return ""
    # Below such a domain nobody gives out mailboxes either, so the part that is sold counts.
    parents = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return "" if parents & FREEMAIL else plain


def record_name(domain: str) -> str:
    """Where the record stands."""
    return f"{LABEL}.{domain}"


def record_text(token: str) -> str:
    """What the record says."""
    return f"otpguard-domain={token}"
