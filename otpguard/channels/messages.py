"""The text that carries a code. Templates, so that a host may reword them.

A message names the checkpoint and a brand that the site approved, and nothing that a user typed
(A7) but the payee of a payment, which `core.payment` keeps to letters. In the languages we ship it
fits one SMS segment. The last line of a text message binds the code to the site's own URL (the
"origin-bound one-time codes" format that WebOTP reads).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.gsm_text import in_gsm
from otpguard.labels import checkpoint_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a message says besides the code. `signed` is what it confirms, where the checkpoint
    signs; empty elsewhere."""

    checkpoint: str
    brand: str
    minutes: int
    host: str
    language: str = ""
    signed: str = ""


def compose_code(channel: Channel, code: Code, wording: Wording) -> tuple[str, str]:
    """Subject (empty but for e-mail) and text of one message."""
    with translation.override(wording.language or None):
        action = str(checkpoint_label(checkpoint_named(wording.checkpoint)))
        if wording.signed:
            # A text message has no room for both, and the amount says what it is about.
            is_short = channel is Channel.SMS
            action = wording.signed if is_short else f"{action}: {wording.signed}"
        context = {
            "code": code.spoken if channel is Channel.VOICE else code.digits,
            "digits": code.digits,
            "brand": wording.brand,
            "action": action,
            "minutes": wording.minutes,
            "host": _without_port(wording.host),
        }
        folder = f"otpguard/messages/code.{channel.value}"
        text = render_to_string(f"{folder}.txt", context).strip()
        if channel is Channel.SMS:
            text = in_gsm(text, keep=wording.brand + wording.host + wording.signed)
        subject = ""
        if channel is Channel.EMAIL:
            subject = " ".join(render_to_string(f"{folder}.subject.txt", context).split())
    return subject, text


def _without_port(host: str) -> str:
    """The name or address of a host; an IPv6 address keeps its brackets, as in a URL."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
