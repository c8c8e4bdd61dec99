"""Worked examples of what codes cost: `python -m tests.simulations.costs > docs/costs.md`.

Every amount is the ledger's own arithmetic over prices as they are quoted; none is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from otpguard.core.assurance import Channel
from otpguard.core.money import MICROS, Rate, as_dollars, cost_of, rate_for
from tests.simulations.fallback import Assumed

CODES = 40_000
"""A month of a product with 50,000 users: 30,000 confirmations and 10,000 sign-ups."""

DAY = date(2026, 1, 15)
QUOTED = 385 * MICROS
"""A published figure for the same month over four channels."""

PRICES = (
    Rate(provider="pre-approved", channel="sms", country="US", per_try=8_800),
    Rate(provider="pre-approved", channel="whatsapp", country="US", per_try=13_500),
    Rate(provider="pre-approved", channel="voice", country="US", per_try=14_000),
    Rate(provider="pre-approved", channel="email", per_try=100),
    Rate(provider="twilio-verify", channel="sms", country="US", per_try=7_500, per_success=50_000),
)
SURCHARGED = Rate(
    provider="twilio-verify",
    channel="sms",
    country="US",
    per_try=7_500,
    per_success=50_000,
    surcharge=3_500,
)
_INPUTS = Assumed()
REACHED_BY_WHATSAPP = round(100 * _INPUTS.reached(Channel.WHATSAPP))
TAKE_THE_CALL = round(100 * _INPUTS.reached(Channel.VOICE))
"""Of a hundred that the channel before did not reach: the inputs of the simulation of fallback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How many messages of each channel so many codes take, when some texts do not arrive."""

    failing_per_10_000: int
    messages: dict[Channel, int]

    @property
    def micros(self) -> int:
        """What they cost together."""
        return sum(of(channel.value, count) for channel, count in self.messages.items())

    @property
    def premium_per_10_000(self) -> int:
        """What comes on top of text messages alone."""
        return (self.micros - texts()) * 10_000 // texts()


_SHOWN = {Channel.EMAIL: "e-mail"}


def of(channel: str, tries: int, successes: int = 0, *, provider: str = "pre-approved") -> int:
    """The ledger's price of so many messages to the US. Raises LookupError without a price."""
    rate = rate_for(PRICES, provider=provider, channel=channel, country="US", on=DAY)
    if rate is None:
        raise LookupError(f"{channel} by {provider} has no price")
    return cost_of(rate, tries, successes)


def texts() -> int:
    """Every code as one text message."""
    return of("sms", CODES)


def mix(failing_per_10_000: int) -> Mix:
    """The messages of a month in which so many of ten thousand texts fail."""
    failed = CODES * failing_per_10_000 // 10_000
    called = failed - failed * REACHED_BY_WHATSAPP // 100
    emailed = called - called * TAKE_THE_CALL // 100
    return Mix(
        failing_per_10_000=failing_per_10_000,
        messages={
            Channel.SMS: CODES,
            Channel.WHATSAPP: failed,
            Channel.VOICE: called,
            Channel.EMAIL: emailed,
        },
    )


def behind(total: int) -> Mix:
    """The mix that comes nearest to a total: what a quoted figure would mean at these prices."""
    return min((mix(rate) for rate in range(1_001)), key=lambda each: abs(each.micros - total))


def twilio(*, surcharge: bool = False) -> int:
    """Every code as one text and one success at Twilio Verify's quoted unit prices."""
    if surcharge:
        return cost_of(SURCHARGED, CODES, CODES)
    return of("sms", CODES, CODES, provider="twilio-verify")


def render() -> str:
    """The page."""
    quoted = behind(QUOTED)
    rows = "\n".join(
        f"| {_SHOWN.get(channel, channel)} | {count:,} | ${as_dollars(of(channel.value, 1))}"
        f" | ${as_dollars(of(channel.value, count))} |"
        for channel, count in quoted.messages.items()
    )
    rates = "\n".join(
        f"| {rate // 100} % | ${as_dollars(mix(rate).micros)}"
        f" | {hundredths(mix(rate).premium_per_10_000)} % |"
        for rate in range(100, 501, 100)
    )
    return PAGE.format(
        codes=f"{CODES:,}",
        texts=as_dollars(texts()),
        rows=rows,
        rates=rates,
        quoted=as_dollars(quoted.micros),
        failing=hundredths(quoted.failing_per_10_000),
        premium=hundredths(quoted.premium_per_10_000),
        twilio=as_dollars(twilio()),
        surcharged=as_dollars(twilio(surcharge=True)),
        whatsapp=REACHED_BY_WHATSAPP,
        voice=TAKE_THE_CALL,
    )


def hundredths(number: int) -> str:
    """A number of hundredths as text."""
    return f"{number // 100}.{number % 100:02d}"


PAGE = """\
# What codes cost

Printed by `python -m tests.simulations.costs`. Every amount is what the ledger itself reckons, in
whole micro-dollars, from prices as they are quoted.

## How the ledger reckons

A price has four parts: for each message (`per_try`), an add-on and a carrier's surcharge for each
message, and for each answered code (`per_success`). It holds for a provider, a channel and a
country or everywhere, from a day on, and from a number of messages in the month on. Of several
the one for the country counts before the one for everywhere, then the newest, then the highest
tier reached.

Prices are set in `OTPGUARD["PRICES"]` or in the admin, which wins:

```python
OTPGUARD = {{
    "PROVIDERS": {{
        "sms": {{
            "BACKEND": "otpguard.channels.providers.twilio_messaging.TwilioMessaging",
            "OPTIONS": {{"account_sid": "AC…", "auth_token": "…", "messaging_service_sid": "MG…"}},
        }},
    }},
    "PRICES": [
        {{"PROVIDER": "sms", "CHANNEL": "sms", "COUNTRY": "US", "PER_TRY": 8_800}},  # $0.0088
        {{
            "PROVIDER": "sms",
            "CHANNEL": "sms",
            "COUNTRY": "US",
            "PER_TRY": 7_900,
            "FROM_VOLUME": 1_000_000,
        }},
    ],
}}
```

A message is charged when it leaves, also when nobody knows whether it did; the vendor's own
figure replaces ours wherever it gives one. An answered code adds `per_success` to the
message that went out last. What was charged stays; a new price changes nothing back then.

Totals: on each tenant's page and under Prices in the admin, at `api/costs/?month=2026-01` for a
tenant's admins, and by `manage.py otpguard_costs --month 2026-01` as CSV.

## {codes} codes a month, text messages alone

At $0.0088 a message, all included: **${texts}**.

## The same codes over four channels

A published example says $385, about 9 % more. It does not give the mix, so here is one that comes
nearest to it at the prices below: {failing} % of texts failing, **${quoted}**, {premium} % more.

| channel | messages | each | together |
|---|---|---|---|
{rows}

Only the price of a text message is quoted with the example; those of WhatsApp, voice and e-mail
are assumed. WhatsApp reaches {whatsapp} of a hundred phones without the text, and a call {voice}
of the rest: the inputs of `python -m tests.simulations.fallback`, which prints their sources.
What the premium is at the same prices when more or fewer texts fail:

| texts failing | a month | more |
|---|---|---|
{rates}

## The same codes at Twilio Verify

At the unit prices as they are commonly quoted, $0.05 for each success and $0.0075 for each text
message, {codes} codes come to **${twilio}**, and with a carrier's surcharge of $0.0035 to
${surcharged}. The example that names $600 to $800 for the same month does not follow from these
prices. Ask for a quote, and enter what it says.
"""


if __name__ == "__main__":
    print(render(), end="")
