"""E-mail by Django's own back end, whichever the project has configured."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable


class Smtp:
    """Serves e-mail. `sender` is the From address; empty means DEFAULT_FROM_EMAIL."""

    capabilities = Capabilities(channels=frozenset({Channel.EMAIL}))

    def __init__(self, sender: str = "") -> None:
        self._sender = sender or None

    def send(self, message: OutboundMessage) -> Outcome:
        """Hand the message to the e-mail server. Set EMAIL_TIMEOUT: Django waits forever."""
        email = EmailMessage(
            subject=message.subject,
            body=message.text,
            from_email=self._sender,
            to=[message.to],
            headers={"Auto-Submitted": "auto-generated"},
        )
        try:
            email.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError) as error:
            # ValueError is Django's word for an e-mail address that is none.
            return Refused(reason=type(error).__name__)
        except (OSError, smtplib.SMTPException) as error:
            return Unavailable(reason=type(error).__name__)
        return Accepted()
