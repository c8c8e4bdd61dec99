"""What the doctor reads of senders: WhatsApp, 10DLC registrations, and brands that cost more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings as django_settings

from otpguard.channels import catalog
from otpguard.channels.messages import Wording, compose_code
from otpguard.channels.prices import rate_at
from otpguard.channels.senders import may_carry_codes
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.segments import brand_fault, segments
from otpguard.core.sender_advice import BrandCost, SenderStatus
from otpguard.flows.route.whatsapp_sender import is_read_from_vendor
from otpguard.models import Delivery, Tenant, WhatsAppSender

MONTH = timedelta(days=30)
_CODE = Code("000000")


def sender_statuses() -> list[SenderStatus]:
    """Every WhatsApp sender as it is recorded."""
    rows = WhatsAppSender.objects.select_related("tenant").order_by("pk")
    return [
        SenderStatus(
            name=f"{row} of {row.tenant}" if row.tenant else str(row),
            approval=row.approval,
            category=row.category,
            carries_codes=may_carry_codes(row),
            read=is_read_from_vendor(row),
            read_at=row.read_at,
            fault=row.fault,
        )
        for row in rows
    ]


def brand_costs(now: datetime) -> Iterator[BrandCost]:
    """The site's brand and those of tenants whose texts take more than one part, once for each
    provider that sends them in our words."""
    mine = settings()
    brands: list[tuple[str, str, Tenant | None]] = [(mine.brand, "the site", None)]
    brands += [(row.brand, row.slug, row) for row in Tenant.objects.exclude(brand="")]
    providers = [
        name
        for name in catalog.serving(Channel.SMS)
        if not catalog.providers().get(name).capabilities.codes_only
    ]
    for brand, owner, tenant in brands:
        parts = longest_text(brand) if providers else 1
        if parts < 2:  # noqa: PLR2004 (one part is what there must be)
            continue
        for provider in providers:
            rate = rate_at(
                provider=provider, channel=Channel.SMS, country=mine.default_region, now=now
            )
            yield BrandCost(
                brand=brand,
                owner=owner,
                fault=brand_fault(brand),
                segments=parts,
                provider=provider,
                country=mine.default_region,
                price=rate.per_send if rate else None,
                messages=_sent(provider, tenant, now),
            )


def longest_text(brand: str) -> int:
    """The parts of the longest text message with this brand, in the site's language."""
    mine = settings()
    host = mine.relying_party_id or urlsplit(mine.webhook_base_url).hostname or ""
    return max(
        segments(
            compose_code(
                Channel.SMS,
                _CODE,
                Wording(
                    checkpoint=slug,
                    brand=brand,
                    minutes=10,
                    host=host,
                    language=django_settings.LANGUAGE_CODE,
                ),
            )[1]
        )
        for slug in mine.checkpoints
    )


def _sent(provider: str, tenant: Tenant | None, now: datetime) -> int:
    """The texts of the last thirty days that carried this brand."""
    rows = Delivery.objects.filter(
        provider=provider, channel=Channel.SMS.value, sent_at__gte=now - MONTH
    )
    if tenant is not None:
        return rows.filter(tenant=tenant).count()
    return rows.exclude(tenant__in=Tenant.objects.exclude(brand="")).count()
