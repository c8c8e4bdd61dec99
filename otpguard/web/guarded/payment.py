"""Guard a payment: what is seen is what is signed."""

from __future__ import annotations

from typing import Any

from otpguard.core.decision import Allow
from otpguard.core.payment import Payment
from otpguard.http.guard import require

CHECKPOINT = "transaction_flow"


def require_payment(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    payment: Payment,
    *,
    checkpoint: str = CHECKPOINT,
) -> Allow:
    """Let a payment pass `transaction_flow`, or a variant of it of yours.

    The proof is bound to amount, currency, payee and the whole account: a change of any of them
    asks again. The page, and the message if a code is sent, say amount, currency, payee and the end
    of the account. Give the payment as it is carried out, not as it was typed.
    Raises as `otpguard.require` does.
    """
    return require(request, checkpoint, target=payment.shown, body=list(payment.signed))
