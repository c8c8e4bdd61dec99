"""Signs that somebody makes accounts in bulk: throw-away mailboxes, one number for many trials."""

from __future__ import annotations

from collections.abc import Collection

from otpguard.core.pumping.verdict import Action, Layer, Signal

_LONGEST_DOMAIN = 253


def email_domain(email: str) -> str:
    """The domain of an e-mail address as lists have it: casefolded, in ASCII (IDNA), without a
    trailing dot. Empty if it has none or none that can exist."""
    _name, at, domain = email.strip().rpartition("@")
    return clean_domain(domain) if at else ""


def clean_domain(domain: str) -> str:
    """A domain casefolded, in ASCII (IDNA), without a trailing dot; empty for one that cannot
    exist."""
    try:
        plain = domain.strip().casefold().encode("idna").decode("ascii").casefold().rstrip(".")
    except UnicodeError:
        return ""
    return plain if "." in plain and len(plain) <= _LONGEST_DOMAIN else ""


def is_listed(
    domain: str, *, kept: Collection[str], added: Collection[str], taken: Collection[str]
) -> bool:
    """True if a clean domain or one that it belongs to is listed: in `kept` or `added`, and not in
    `taken`. The most specific of them that stands in a list decides."""
    while "." in domain:
        if domain in taken:
            return False
        if domain in added or domain in kept:
            return True
        domain = domain.partition(".")[2]
    return False


def number_use_signal(
    *, tenants: int, tenant_limit: int, accounts: int, account_limit: int
) -> Signal | None:
    """ANOTHER_WAY if a number would serve more tenants of late, or more accounts, than its limit;
    the counts include the new one. A limit of 0 does not count."""
    for reason, count, limit in (
        ("number_in_many_tenants", tenants, tenant_limit),
        ("number_in_many_accounts", accounts, account_limit),
    ):
        if limit and count > limit:
            return Signal(
                layer=Layer.HYGIENE,
                action=Action.ANOTHER_WAY,
                reason=reason,
                detail=f"{count} of {limit}",
            )
    return None
