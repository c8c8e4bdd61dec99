"""How WhatsApp senders stand with the vendor: read once a day, and whenever the vendor says so.

The vendor is asked with no transaction open. What it says is written if the record still names the
same number and template, and if nothing newer has been reported. A read that fails leaves the
state as it is and is tried again in an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.inbound import (
    KnowsSenders,
    SenderChange,
    SenderState,
    TemplateState,
)
from otpguard.channels.senders import as_sender
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Unavailable
from otpguard.database import transaction
from otpguard.flows.route.whatsapp_sender import check_site, sender_event
from otpguard.models import WhatsAppSender
from otpguard.queue import READ_SENDER, enqueue

READ_EVERY = timedelta(days=1)
TRIED_AGAIN_AFTER = timedelta(hours=1)
BATCH = 100
MOST_AT_ONCE = 100
"""Changes that one request may bring: each takes a transaction, while a web worker waits."""
CANNOT_TELL = "this provider cannot be asked"


def enqueue_due_reads(*, now: datetime) -> int:
    """Have the senders whose time has come read by workers. Commits each by itself.

    A task that is lost is enqueued again in an hour.
    """
    due = WhatsAppSender.objects.filter(read_due_at__lte=now, provider__in=_knowing())
    found = 0
    for pk in due.values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            claimed = due.filter(pk=pk).update(read_due_at=now + TRIED_AGAIN_AFTER)
            if claimed:
                enqueue(READ_SENDER, sender_id=str(pk))
                found += 1
    return found


def read_senders(*, now: datetime) -> Iterator[tuple[WhatsAppSender, str]]:
    """Read every sender that can be asked about, due or not; yields each with its fault, "" for
    none."""
    for row in WhatsAppSender.objects.filter(provider__in=_knowing()).order_by("pk"):
        fault = read_sender(sender_id=str(row.pk), now=now)
        fresh = WhatsAppSender.objects.select_related("tenant").filter(pk=row.pk).first()
        if fresh is not None:
            yield fresh, fault


def read_sender_now(*, facts: RequestFacts, sender: WhatsAppSender) -> str:
    """Read one sender because an operator asks; returns the fault, "" for none.

    Raises NotAllowed unless the site acts.
    """
    check_site(facts)
    return read_sender(sender_id=str(sender.pk), now=facts.now)


def read_sender(*, sender_id: str, now: datetime) -> str:
    """Ask the vendor about one sender and write what it says, with an event if it changed.

    Returns why it is not known, "" when it is. Commits by itself; locks the row to write.
    """
    row = WhatsAppSender.objects.filter(pk=sender_id).first()
    vendor = catalog.offered(row.provider, KnowsSenders) if row is not None else None
    if row is None or vendor is None:
        return CANNOT_TELL
    answer = vendor.read_sender(as_sender(row))
    with transaction.atomic():
        same = WhatsAppSender.objects.select_for_update().filter(
            pk=row.pk,
            provider=row.provider,
            account=row.account,
            number_id=row.number_id,
            template=row.template,
            language=row.language,
        )
        current = same.first()
        if current is None:
            return "it has been changed since"
        if isinstance(answer, Unavailable):
            fault = f"{answer.failure}: {answer.reason}"[:120]
            same.update(fault=fault, read_due_at=now + TRIED_AGAIN_AFTER)
            return fault
        _write_read(current, answer, now)
    return ""


def apply_changes(*, provider: str, changes: Sequence[SenderChange], now: datetime) -> int:
    """Take what a vendor says by itself of the senders that we have; returns how many changed.

    What is older than the newest that is known changes nothing, and a template becomes usable only
    by a word with a time. Every sender that was named is read again soon. Of more than
    MOST_AT_ONCE about accounts of ours the rest is not applied: those accounts are read again.
    Commits each by itself; locks the rows.
    """
    changed = 0
    own = WhatsAppSender.objects.filter(
        provider=provider, account__in={change.account for change in changes}
    )
    accounts = set(own.values_list("account", flat=True)) if changes else set()
    ours = [change for change in changes if change.account in accounts]
    if rest := {change.account for change in ours[MOST_AT_ONCE:]}:
        own.filter(account__in=rest).update(read_due_at=now)
    for change in ours[:MOST_AT_ONCE]:
        named = WhatsAppSender.objects.filter(provider=provider, account=change.account)
        if change.template:
            named = named.filter(template=change.template)
        with transaction.atomic():
            for row in named.select_for_update().order_by("pk"):
                if change.template and row.language.replace("-", "_") != change.language:
                    continue
                changed += _apply(row, change, now)
    return changed


def _apply(row: WhatsAppSender, change: SenderChange, now: datetime) -> bool:
    """Write one change into a locked row. True if it is different now."""
    values: dict[str, object] = {"read_due_at": now}
    if change.at is None:
        # Without a time only what takes a template away is believed.
        believed = change.approval is not TemplateState.APPROVED and not change.category
    else:
        believed = row.told_at is None or change.at >= row.told_at
    if believed:
        if change.approval is not None:
            values["approval"] = change.approval.value
        if change.category is not None:
            values["category"] = change.category
        if change.at is not None:
            # A clock that is ahead must not silence what follows.
            values["told_at"] = min(change.at, now)
    return _write(row, values, now, source="webhook")


def _write_read(row: WhatsAppSender, state: SenderState, now: datetime) -> None:
    values = {**asdict(state), "approval": state.approval.value, "fault": ""}
    values |= {"read_at": now, "told_at": now, "read_due_at": now + READ_EVERY}
    _write(row, values, now, source="read")


def _write(row: WhatsAppSender, values: dict[str, object], now: datetime, *, source: str) -> bool:
    told = ("display_name", "badge", "category", "approval")
    changed = [name for name in told if name in values and getattr(row, name) != values[name]]
    for name, value in values.items():
        setattr(row, name, value)
    if changed:
        row.changed_at = now
    row.save(update_fields=[*values, *(["changed_at"] if changed else [])])
    if changed:
        where = Circumstances(now=now, tenant=str(row.tenant_id or ""))
        record(sender_event(row, source=source), where)
    return bool(changed)


def _knowing() -> list[str]:
    """The providers that can be asked about senders."""
    return [
        name
        for name in catalog.providers().names()
        if catalog.offered(name, KnowsSenders) is not None
    ]
