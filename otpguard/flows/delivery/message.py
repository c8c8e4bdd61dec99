"""The message of a delivery: its code, derived again, its words, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from otpguard import vault
from otpguard.channels.base import OutboundMessage
from otpguard.channels.messages import Wording, compose_code
from otpguard.conf import settings
from otpguard.core import codes
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Refused
from otpguard.core.payment import is_payment_text
from otpguard.factors.phone import bound_email
from otpguard.flows.delivery.fixed_codes import fixed_code
from otpguard.models import Challenge, Delivery

CANNOT_NAME = "the message cannot name what is signed"


def code_of(challenge: Challenge) -> Code:
    """The code of a challenge's current generation, derived again; that of a test number is
    fixed."""
    fixed = fixed_code(challenge)
    if fixed is not None:
        return fixed
    return codes.derive_code(
        key=vault.key_for(vault.CODE, challenge.key_id),
        seed=bytes(challenge.seed),
        challenge=challenge.pk.bytes,
        generation=challenge.generation,
    )


def message_of(
    delivery: Delivery, challenge: Challenge, now: datetime
) -> OutboundMessage | Refused:
    """The message to send; Refused if the account's e-mail address has changed since, and where it
    cannot name what is signed: a vendor writes it, or the payment was not given as a `Payment`."""
    channel = Channel(delivery.channel)
    signed = _signed(challenge)
    if signed is not None and (delivery.remote or not is_payment_text(signed)):
        return Refused(reason=CANNOT_NAME)
    if channel is Channel.EMAIL:
        to = bound_email(challenge.factor, challenge.user)
        if not to:
            return Refused(reason="the e-mail address was changed")
    else:
        to = challenge.destination.reveal()
    message = OutboundMessage(
        key=str(delivery.pk),
        channel=channel,
        to=to,
        text="",
        language=challenge.language,
        lifetime=max(0, int((challenge.expires_at - now).total_seconds())),
        remote=delivery.remote,
    )
    # If the vendor makes the code, we derive none that could be guessed or leak (C14).
    return message if delivery.remote else _worded(message, challenge, signed or "")


def _worded(message: OutboundMessage, challenge: Challenge, signed: str) -> OutboundMessage:
    code = code_of(challenge)
    tenant_brand = challenge.tenant.brand if challenge.tenant else ""
    lifetime = challenge.expires_at - challenge.created_at
    subject, text = compose_code(
        message.channel,
        code,
        Wording(
            checkpoint=challenge.checkpoint,
            brand=tenant_brand or settings().brand,
            minutes=max(1, int(lifetime.total_seconds() // 60)),
            host=challenge.origin.get("host", ""),
            language=challenge.language,
            signed=signed,
        ),
    )
    return replace(message, text=text, code=code, subject=subject)


def _signed(challenge: Challenge) -> str | None:
    """What the person signs; None at a checkpoint that signs nothing."""
    known = settings().checkpoints.get(challenge.checkpoint)
    return challenge.target.reveal() if known is not None and known.signs else None
