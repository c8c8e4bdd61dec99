"""What routes cost, as the site's operators say: set a price from a day on, or let it end.

What a message that has left cost stays written beside it; a new price changes nothing back then.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import catalog, prices
from otpguard.core.assurance import Channel
from otpguard.core.events import PriceChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.money import Rate
from otpguard.core.price_list import is_country
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import Price

AMOUNTS = ("per_try", "per_success", "add_on", "surcharge")


def set_price(*, facts: RequestFacts, rate: Rate) -> Price:
    """Set what one route to one country costs, in micro-dollars, on the days of `rate`.

    A price of the same route, country, tier and first day is replaced; it wins over the setting.
    The caller has guarded the change by `security_settings`. Joins an outer transaction. No event
    for no change. Raises NotAllowed for whoever is not of the site, for an unknown provider,
    channel or country, and for a first day that is not given.
    """
    _check_site(facts)
    _check_values(rate)
    wanted = {name: getattr(rate, name) for name in ("valid_until", *AMOUNTS)}
    with transaction.atomic():
        row, created = Price.objects.get_or_create(
            provider=rate.provider,
            channel=rate.channel,
            country=rate.country,
            from_volume=rate.from_volume,
            valid_from=rate.valid_from,
            defaults=wanted,
        )
        row = Price.objects.select_for_update().get(pk=row.pk)
        if not created and all(getattr(row, name) == value for name, value in wanted.items()):
            return row
        Price.objects.filter(pk=row.pk).update(**wanted)
        row.refresh_from_db()
        _write_down(facts, row)
    return row


def end_price(*, facts: RequestFacts, price: Price, last_day: date) -> bool:
    """Let a price hold for the last time on `last_day`. False, with nothing written, when it ends
    by then already.

    Raises NotAllowed for whoever is not of the site, and for a day before the price's first.
    """
    _check_site(facts)
    if last_day < price.valid_from:
        raise NotAllowed(str(_("This price begins later. Choose a day from its first one on.")))
    with transaction.atomic():
        ended = Price.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=last_day), pk=price.pk
        ).update(valid_until=last_day)
        if ended:
            _write_down(facts, price, ended=True)
    return bool(ended)


def _check_site(facts: RequestFacts) -> None:
    if not is_site(facts):
        raise NotAllowed(str(_("Prices belong to the site, not to an organization.")))


def _check_values(rate: Rate) -> None:
    if rate.provider not in catalog.providers():
        raise NotAllowed(str(_("There is no provider of that name.")))
    if rate.channel not in set(Channel):
        raise NotAllowed(str(_("There is no channel of that name.")))
    if rate.country and not is_country(rate.country):
        raise NotAllowed(str(_("Enter a country by its two capital letters, such as US.")))
    if rate.valid_from == date.min:
        raise NotAllowed(str(_("Enter the first day on which the price holds.")))


def _write_down(facts: RequestFacts, row: Price, *, ended: bool = False) -> None:
    record(
        PriceChanged(
            provider=row.provider,
            channel=row.channel,
            country=row.country,
            valid_from=row.valid_from.isoformat(),
            removed=ended,
        ),
        Circumstances.of(facts, tenant=""),
    )
    transaction.on_commit(prices.forget)
