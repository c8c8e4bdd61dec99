"""Stop a channel for a number when its holder says so, and start it again (10DLC, TCPA).

STOP to a sender of ours, or a vendor that refuses a message because of one, switches the channel
off for that number: everywhere, or in the tenant whose own sender received it. START switches it
on. Each change is an event of everybody who has set up the number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record_all
from otpguard.channels import catalog, opt_outs
from otpguard.channels.inbound import HearsKeywords, KeywordFact
from otpguard.channels.senders import senders_of
from otpguard.core.assurance import Channel
from otpguard.core.events.number import NumberOptedIn, NumberOptedOut
from otpguard.core.facts import RequestFacts
from otpguard.core.keywords import Keyword
from otpguard.core.phone import mask_phone
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors.phone import holders_of
from otpguard.flows.scope import is_site
from otpguard.models import OptOut, Receipt, WhatsAppSender

OPERATOR = "operator"
TRIED_AGAIN_AFTER = timedelta(days=1)
"""How long a vendor's refusal counts, if that vendor could not tell us of a START."""
MOST_AT_ONCE = 100
"""New keywords that one request may bring: each takes a transaction, while a web worker waits."""
MOST_HOLDERS = 20
"""The most people whose log mentions one number."""


def hear_keywords(*, provider: str, facts: Sequence[KeywordFact], now: datetime) -> int:
    """Do what each of a request's keywords asks; returns how many were left.

    Takes MOST_AT_ONCE new ones at most: the vendor must send the rest again. What is done by then
    is passed over, and so is what went to a sender that is none of ours, so each repeat gets
    further. Commits each by itself.
    """
    if len(facts) <= 1:
        told = facts
    else:
        stored = Receipt.objects.filter(provider=provider, digest__in=map(_digest, facts))
        known = set(stored.values_list("digest", flat=True))
        places = _places(provider, facts)
        told = [fact for fact in facts if _digest(fact) not in known and fact.sender in places]
    told = [fact for fact in told if fact.keyword is not Keyword.HELP]
    for fact in told[:MOST_AT_ONCE]:
        hear_keyword(provider=provider, fact=fact, now=now)
    return max(0, len(told) - MOST_AT_ONCE)


def hear_keyword(*, provider: str, fact: KeywordFact, now: datetime) -> bool:
    """Act on a keyword. False for a repeat, for what went to a sender that is none of ours,
    and for HELP, which changes nothing.

    The vendor's signature must have held: START overrules a STOP. Commits by itself.
    """
    if fact.keyword is Keyword.HELP:
        return False
    with transaction.atomic():
        tenant = _places(provider, [fact]).get(fact.sender)
        if tenant is None:
            return False
        if not _is_new(provider, fact, now):
            return False
        if fact.keyword is Keyword.START:
            rows = opt_outs.known_of(fact.number).filter(channel=fact.channel.value)
            here = Q(tenant=None) | Q(tenant_id=tenant) if tenant else Q(tenant=None)
            return _end_rows(rows.filter(here), now=now, source=OptOut.Source.KEYWORD) > 0
        return _stop(
            number=fact.number,
            channel=fact.channel,
            provider=provider,
            tenant=tenant,
            source=OptOut.Source.KEYWORD,
            now=now,
        )


def record_vendor_opt_out(
    *, provider: str, channel: Channel, number: str, tenant: str, now: datetime
) -> bool:
    """A vendor refused a message to a number because its holder has opted out.

    `tenant` is that of the message, "" for the site's own. False if it was known. Joins the
    caller's transaction.
    """
    own = senders_of(tenant).get(provider) if tenant and channel is Channel.WHATSAPP else None
    return _stop(
        number=number,
        channel=channel,
        provider=provider,
        tenant=str(own.tenant_id or "") if own else "",
        source=OptOut.Source.VENDOR,
        now=now,
    )


def switch_on(*, facts: RequestFacts, opt_out: OptOut, reason: str) -> bool:
    """End an opt-out by hand, for a person who has asked for it. False if it had ended.

    Raises NotAllowed unless the site acts.
    """
    if not is_site(facts):
        raise NotAllowed(str(_("Numbers belong to the site: leave the organization first.")))
    with transaction.atomic():
        row = OptOut.objects.select_for_update().filter(pk=opt_out.pk, ended_at=None).first()
        if row is None:
            return False
        row.ended_at, row.ended_by_id, row.ended_reason = facts.now, facts.user, reason
        row.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        _tell_started([row], Circumstances.of(facts), source=OPERATOR, reason=reason)
    return True


def _is_new(provider: str, fact: KeywordFact, now: datetime) -> bool:
    """Whether this message is new: some vendors send it again for days."""
    _row, created = Receipt.objects.get_or_create(
        provider=provider,
        digest=_digest(fact),
        defaults={"state": fact.keyword.value, "at": now},
    )
    return created


def _digest(fact: KeywordFact) -> str:
    words = f"keyword\0{fact.reference}"
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def _places(provider: str, facts: Iterable[KeywordFact]) -> dict[str, str]:
    """The senders that are ours, by what the vendor calls them: the tenant whose own it is, "" for
    the site's. A vendor may hand on what was said to others; that counts nowhere."""
    named = {fact.sender: fact for fact in facts}
    asked = [key for key, fact in named.items() if fact.channel is Channel.WHATSAPP and key]
    found: dict[str, set[str]] = {}
    rows = WhatsAppSender.objects.filter(provider=provider, number_id__in=asked) if asked else ()
    for row in rows:
        found.setdefault(row.number_id, set()).add(str(row.tenant_id or ""))
    places = {key: "" for key, fact in named.items() if not fact.elsewhere}
    # A number that several share is the site's, as far as this goes.
    return places | {key: one.pop() if len(one) == 1 else "" for key, one in found.items()}


def _stop(
    *,
    number: str,
    channel: Channel,
    provider: str,
    tenant: str,
    source: OptOut.Source,
    now: datetime,
) -> bool:
    hears = catalog.offered(provider, HearsKeywords) is not None
    until = None if source is OptOut.Source.KEYWORD or hears else now + TRIED_AGAIN_AFTER
    place = Q(tenant_id=tenant) if tenant else Q(tenant=None)
    known = opt_outs.known_of(number).filter(place, channel=channel.value)
    if known.exists():
        # What the person says stays; of a vendor's statements the newest counts.
        lapsing = known.exclude(until=None)
        lapsing.update(until=until, source=source.value)
        return False
    indexes = vault.blind_indexes(number)
    row = OptOut(
        tenant_id=tenant or None,
        number=number,
        phone_index=indexes[0],
        phone_index_old=indexes[1] if len(indexes) > 1 else "",
        channel=channel.value,
        provider=provider,
        source=source.value,
        at=now,
        until=until,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False  # the same, at the same moment
    _tell_stopped(row, number, Circumstances(now=now, tenant=tenant))
    return True


def _tell_stopped(row: OptOut, number: str, where: Circumstances) -> None:
    found = []
    for user, factor in _holders(number, where.tenant):
        event = NumberOptedOut(
            channel=row.channel,
            provider=row.provider,
            source=row.source,
            number=mask_phone(number),
            factor=factor,
        )
        found.append((event, replace(where, subject=user)))
    record_all(found)


def _end_rows(rows: Iterable[OptOut], *, now: datetime, source: str) -> int:
    running = OptOut.objects.filter(ended_at=None)
    ended = [row for row in rows if running.filter(pk=row.pk).update(ended_at=now)]
    _tell_started(ended, Circumstances(now=now), source=source)
    return len(ended)


def _tell_started(
    rows: Sequence[OptOut], where: Circumstances, *, source: str, reason: str = ""
) -> None:
    found = []
    for row in rows:
        number, tenant = row.number.reveal(), str(row.tenant_id or "")
        for user, factor in _holders(number, tenant):
            event = NumberOptedIn(
                channel=row.channel,
                provider=row.provider,
                source=source,
                number=mask_phone(number),
                factor=factor,
                reason=reason,
            )
            found.append((event, replace(where, tenant=tenant, subject=user)))
    record_all(found)


def _holders(number: str, tenant: str) -> list[tuple[str, str]]:
    """The people who have set up a number, with their factors; within a tenant, only its members.
    If there is no such person, one pair of empty strings."""
    rows = holders_of(number).filter(confirmed=True)
    if tenant:
        rows = rows.filter(user__otpguard_memberships__tenant=tenant)
    pairs = rows.order_by("created_at").values_list("user_id", "pk")[:MOST_HOLDERS]
    return [(str(user), str(pk)) for user, pk in pairs] or [("", "")]
