"""The prices of routes: set one from a day on, or end it.

Each message keeps the cost it had when it left; a new price changes no past message.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import prices
from otpguard.core.events.route import PriceChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.money import Rate
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.names import check_channel, check_country, check_provider
from otpguard.flows.scope import is_site
from otpguard.models import Price

AMOUNTS = ("per_try", "per_success", "add_on", "surcharge")


def set_price(*, facts: RequestFacts, rate: Rate) -> Price:
    """Set what one route to one country costs, in micro-dollars, on the days of `rate`.

    A price of the same route, country, tier and first day is replaced; a row wins over the setting.
    The caller must have guarded the change by `security_settings`. Joins an outer transaction.
    Writes no event if nothing changes. Raises NotAllowed unless the site acts; InvalidInput for an
    unknown provider, channel or country and for a missing first day.
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
    """End a price after `last_day`, the last day on which it is valid.

    Returns False and writes nothing if it already ends by then. Raises NotAllowed unless the site
    acts; InvalidInput (`last_day`) for a day before the price's first.
    """
    _check_site(facts)
    if last_day < price.valid_from:
        raise InvalidInput(
            "last_day", str(_("This price begins later. Choose a day from its first one on."))
        )
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
    check_provider(rate.provider)
    check_channel(rate.channel)
    if rate.country:
        check_country(rate.country)
    if rate.valid_from == date.min:
        raise InvalidInput("valid_from", str(_("Enter the first day on which the price is valid.")))


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
