"""The message of a delivery: its code, derived anew, its words, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from otpguard import vault
from otpguard.channels.base import OutboundMessage
from otpguard.channels.messages import Wording, compose
from otpguard.conf import settings
from otpguard.core import codes
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Refused
from otpguard.factors.phone import is_bound_email
from otpguard.models import Challenge, Delivery


def code_of(challenge: Challenge) -> Code:
    """The code of a challenge's current generation, derived anew."""
    return codes.derive(
        key=vault.key_for(vault.CODE, challenge.key_id),
        seed=bytes(challenge.seed),
        challenge=challenge.pk.bytes,
        generation=challenge.generation,
    )


def message_of(
    delivery: Delivery, challenge: Challenge, now: datetime
) -> OutboundMessage | Refused:
    """What is to be sent; Refused where the account's address is no longer the one of old."""
    channel = Channel(delivery.channel)
    if channel is Channel.EMAIL:
        to = _address(challenge)
        if not to:
            return Refused(reason="the address was changed")
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
    # Where the vendor makes the code, there is none of ours that could be guessed or leak (C14).
    return message if delivery.remote else _worded(message, challenge)


def _address(challenge: Challenge) -> str:
    """The account's e-mail address if the factor is bound to it."""
    user, factor = challenge.user, challenge.factor
    email = str(getattr(user, user.get_email_field_name(), "")) if user else ""
    return email if factor and is_bound_email(factor, email) else ""


def _worded(message: OutboundMessage, challenge: Challenge) -> OutboundMessage:
    code = code_of(challenge)
    tenant_brand = challenge.tenant.brand if challenge.tenant else ""
    lifetime = challenge.expires_at - challenge.created_at
    subject, text = compose(
        message.channel,
        code,
        Wording(
            checkpoint=challenge.checkpoint,
            brand=tenant_brand or settings().brand,
            minutes=max(1, int(lifetime.total_seconds() // 60)),
            host=challenge.origin.get("host", ""),
            language=challenge.language,
        ),
    )
    return replace(message, text=text, code=code, subject=subject)
