"""What is said of a billing change: which field, and its values so that nobody can use them."""

from __future__ import annotations

from enum import StrEnum

HIDDEN = "••••"
_TAIL = 4
_LONG_ENOUGH = 8


class BillingField(StrEnum):
    """What can be changed about how a tenant pays."""

    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    INVOICE_EMAIL = "invoice_email"
    BILLING_PLACE = "billing_place"
    TAX_ID = "tax_id"
    PLAN = "plan"
    OTHER = "other"


def mask_value(value: str) -> str:
    """A value as it may be kept and shown: its last four letters or digits, of ASCII, if it has at
    least eight; nothing of a shorter one or of an e-mail address; empty for an empty one.

    Whatever somebody typed, no more than four such characters of it reach a notice (A7).
    """
    if not value.strip():
        return ""
    plain = "".join(each for each in value if each.isascii() and each.isalnum())
    if "@" in value or len(plain) < _LONG_ENOUGH:
        return HIDDEN
    return f"{HIDDEN} {plain[-_TAIL:]}"


def is_masked(value: str) -> bool:
    """True for what `mask_value` returns."""
    if value in {"", HIDDEN}:
        return True
    head, _gap, tail = value.partition(" ")
    return head == HIDDEN and len(tail) == _TAIL and tail.isascii() and tail.isalnum()
