"""A payment says the same everywhere, and what cannot be shown is not signed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from otpguard.core.payment import Payment, PaymentError, is_payment_text

PAYMENT = Payment(
    amount=Decimal("1250.00"), currency="EUR", payee="Müller & Söhne", account="de02 1203 0000"
)


def test_it_names_amount_currency_payee_and_the_end_of_the_account() -> None:
    assert PAYMENT.shown == "1250.00 EUR, Müller & Söhne, ...0000"
    assert is_payment_text(PAYMENT.shown)


def test_it_is_bound_to_the_whole_account_however_it_was_spaced() -> None:
    assert PAYMENT.signed[-1] == "DE0212030000"
    assert replace(PAYMENT, account="DE0212030000").signed == PAYMENT.signed
    assert replace(PAYMENT, account="DE9912030000").shown == PAYMENT.shown
    assert replace(PAYMENT, account="DE9912030000").signed != PAYMENT.signed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("amount", Decimal(bad)) for bad in ("0", "-1", "NaN", "Infinity", "1.23456", "1e15")),
        ("amount", 12.5),
        *(("currency", bad) for bad in ("", "eur", "EURO", "E R")),
        *(("account", bad) for bad in ("", "123", "1" * 35, "DE02-1203", "http://x")),
        *(("payee", bad) for bad in ("", " ", "12345", "x" * 41, "a\nb", "a  b", "a\u202eb")),
        *(("payee", bad) for bad in ("evil.example", "http://evil", "a@b", "Call 8005551234")),
    ],
)
def test_what_cannot_be_shown_is_not_signed(field: str, value: Any) -> None:
    with pytest.raises(PaymentError) as found:
        replace(PAYMENT, **{field: value})
    assert found.value.field == field


@pytest.mark.parametrize("amount", ["0.01", "1E+3", "999999999999999", "1.2345"])
def test_any_exact_amount_is_written_out(amount: str) -> None:
    shown = replace(PAYMENT, amount=Decimal(amount)).shown
    assert Decimal(shown.split()[0]) == Decimal(amount)
    assert "E+" not in shown
    assert is_payment_text(shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Payout to Ann",
        "10.00 EUR, evil.example, ...1234",
        "10.00 EUR, Ann, ...1234 http://evil",
        "10.00 EUR, Ann, ...12345",
        "10.00 EUR, Ann\n, ...1234",
        "10.00 EUR, Call 8005551234, ...1234",
        "1.2.3.4 EUR, Ann, ...1234",
    ],
)
def test_no_other_text_counts_as_a_payment(text: str) -> None:
    assert not is_payment_text(text)
