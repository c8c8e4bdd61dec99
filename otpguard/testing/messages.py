"""Send what is queued, in this process, and read the code that was sent."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.challenge import DeliveryState
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.notice.notify import send_notice
from otpguard.models import Delivery, Notice


def send_queued() -> int:
    """Send every queued delivery in this process, fallbacks included; returns how many were tried.

    Each is tried once: one that must wait for its route stays queued.
    """
    tried: list[UUID] = []
    while True:
        queued = Delivery.objects.filter(state=DeliveryState.QUEUED.value)
        row = queued.exclude(pk__in=tried).first()
        if row is None:
            return len(tried)
        deliver_code(delivery_id=str(row.pk), now=timezone.now())
        tried.append(row.pk)


def send_notices() -> int:
    """Try every notice that is due once, in this process; returns how many were tried."""
    now = timezone.now()
    queued = Notice.objects.filter(state=Notice.State.QUEUED).order_by("created_at")
    tried = [send_notice(notice_id=str(pk), now=now) for pk in queued.values_list("pk", flat=True)]
    return len([outcome for outcome in tried if outcome is not None])


def last_code() -> str:
    """The digits of the newest code of the memory provider. Raises IndexError for none."""
    return [message.code for message in SENT if message.code is not None][-1].digits
