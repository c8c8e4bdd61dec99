"""A payment as it is signed: one text, the same in the intent, on the page and in the message.

What somebody confirms is what they were shown (dynamic linking; PSD2 RTS, article 5). The text is
the same in every language, because it is part of the intent: a language that changes half-way must
not make another action of it.

The name of the payee was typed by somebody, and goes into a message all the same. So it is kept to
letters, a few digits and a few signs, of which no phone makes a link or a number to call (attack
A7). A text of any other form is in no message.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

PAYEE_LENGTH = 40
PAYEE_DIGITS = 6
"""As many as a house number or a year needs; a phone number has more."""

_SIGNS = frozenset(" '&+-,()")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")
_END = 4
_SHOWN = re.compile(
    rf"(?:{_AMOUNT.pattern}) {_CURRENCY.pattern}, (?P<payee>.+), \.\.\.[A-Z0-9]{{{_END}}}"
)


class PaymentError(ValueError):
    """A part of a payment cannot be shown as it is; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """An amount for a payee.

    `amount` is exact, above zero, below 10^15, and written as it is given, so give it the decimals
    of its currency, four at most. `currency` is an ISO 4217 code. `account` is an IBAN or an
    account number, in which blanks do not count. `payee` has letters, ' & + - , ( ), up to
    PAYEE_DIGITS digits and up to PAYEE_LENGTH characters.

    Raises PaymentError for anything else: what cannot be shown is not signed.
    """

    amount: Decimal
    currency: str
    payee: str
    account: str

    def __post_init__(self) -> None:
        if type(self.amount) is not Decimal or not _is_amount(self.amount):
            raise PaymentError("amount", "an amount is a Decimal above zero, with 4 decimals")
        if not _CURRENCY.fullmatch(self.currency):
            raise PaymentError("currency", "a currency is three capital letters")
        if not _ACCOUNT.fullmatch(self.plain_account):
            raise PaymentError("account", "an account has 4 to 34 letters and digits")
        if not _is_payee(self.payee):
            raise PaymentError("payee", "use letters, a few digits and ' & + - , ( ) for a payee")

    @property
    def plain_account(self) -> str:
        """The account without blanks, in capital letters."""
        return "".join(self.account.split()).upper()

    @property
    def shown(self) -> str:
        """What page and message say: amount, currency, payee and the end of the account."""
        end = self.plain_account[-_END:]
        return f"{self.amount:f} {self.currency}, {self.payee}, ...{end}"

    @property
    def signed(self) -> tuple[str, str, str, str]:
        """What a proof is bound to: every part, and the account in full."""
        return (f"{self.amount:f}", self.currency, self.payee, self.plain_account)


def is_payment_text(text: str) -> bool:
    """Whether a text is what `Payment.shown` gives, and so may stand in a message."""
    found = _SHOWN.fullmatch(text)
    return found is not None and _is_payee(found["payee"])


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and amount > 0 and bool(_AMOUNT.fullmatch(f"{amount:f}"))


def _is_payee(payee: str) -> bool:
    return (
        payee == " ".join(unicodedata.normalize("NFC", payee).split())
        and 0 < len(payee) <= PAYEE_LENGTH
        and any(unicodedata.category(char)[0] == "L" for char in payee)
        and all(char in _SIGNS or unicodedata.category(char)[0] in "LMN" for char in payee)
        and sum(unicodedata.category(char)[0] == "N" for char in payee) <= PAYEE_DIGITS
    )
