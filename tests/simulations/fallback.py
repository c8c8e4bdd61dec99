"""How many codes fallback saves: `python -m tests.simulations.fallback [runs]`.

Plays verifications through the product's own plan of routes and its own rules of what may fall
back, with no network and no database. How often a channel fails is assumed; the assumptions are
printed with the result.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta

from otpguard.core.assurance import SAAS_2026, Channel, Primary
from otpguard.core.outcome import Failure, failed
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.routing import Route, plan

RUNS = 200_000
SEED = 20_260_101
RATES = (0.01, 0.02, 0.03, 0.04, 0.05)
"""The share of text messages that never arrive in the US: 1 to 5 %."""

ROUTES = tuple(Route(channel=channel, provider="p", receipts=True) for channel in Channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is not measured but assumed; shares of one."""

    silent: float = field(default=0.40, metadata={"says": "failed texts that no receipt tells of"})
    fraud: float = field(
        default=0.02, metadata={"says": "failed texts that the vendor blocks as fraud"}
    )
    off: float = field(
        default=0.25, metadata={"says": "failed texts whose phone takes no call and no data either"}
    )
    whatsapp: float = field(
        default=0.40, metadata={"says": "other phones that a WhatsApp message reaches"}
    )
    voice: float = field(default=0.85, metadata={"says": "other phones whose owner takes the call"})
    email: float = field(
        default=0.97, metadata={"says": "people who get their mail while the code is valid"}
    )
    gives_up: float = field(
        default=0.02, metadata={"says": "people who leave at each wait for another channel"}
    )
    typed: float = field(
        default=0.985, metadata={"says": "people who type a code that they have, and rightly"}
    )


@dataclass(slots=True)
class Tally:
    """What became of so many verifications."""

    runs: int = 0
    sms_failed: int = 0
    recovered: int = 0
    verified: int = 0
    by_channel: Counter[Channel] = field(default_factory=Counter)

    @property
    def recovered_share(self) -> float:
        """Of the codes whose text did not arrive, those that came another way."""
        return self.recovered / self.sms_failed if self.sms_failed else 1.0

    @property
    def verified_share(self) -> float:
        """Of all verifications, those that ended with the right code."""
        return self.verified / self.runs


@dataclass(slots=True, kw_only=True)
class Game:
    """Verifications at one rate of failing texts."""

    sms_failure: float
    dice: random.Random
    assumed: Assumed
    policy: Policy
    tally: Tally

    def play(self, runs: int) -> Tally:
        """So many of them."""
        routes = plan(
            policy=self.policy,
            profile=SAAS_2026,
            primary=Primary.PASSWORD,
            routes=ROUTES,
            reachable=frozenset(Channel),
        )
        for _ in range(runs):
            self.tally.runs += 1
            self._one(routes)
        return self.tally

    def _one(self, routes: tuple[Route, ...]) -> None:
        off = self._is(self.assumed.off)
        waited = timedelta(0)
        for step, route in enumerate(routes):
            self.tally.by_channel[route.channel] += 1
            if self._arrives(route.channel, off=off):
                self.tally.recovered += step > 0
                self.tally.verified += self._is(self.assumed.typed)
                return
            self.tally.sms_failed += step == 0
            failure = self._failure(route.channel)
            if failure is None:
                # No receipt: the timer of the challenge decides.
                waited += self.policy.fallback_timeout
            elif not failed(failure, reason="simulated").may_fall_back:
                return
            if waited >= self.policy.code_ttl or self._is(self.assumed.gives_up):
                return

    def _is(self, share: float) -> bool:
        return self.dice.random() < share

    def _arrives(self, channel: Channel, *, off: bool) -> bool:
        if channel is Channel.SMS:
            return not self._is(self.sms_failure)
        if channel is Channel.EMAIL:
            return self._is(self.assumed.email)
        whatsapp = channel is Channel.WHATSAPP
        return self._is(self.assumed.whatsapp if whatsapp else self.assumed.voice) and not off

    def _failure(self, channel: Channel) -> Failure | None:
        """What the vendor says of a message that did not arrive; None when it says nothing."""
        if self._is(self.assumed.silent):
            return None
        # Of all failed texts, so of those that are told of a larger share.
        told = self.assumed.fraud / (1 - self.assumed.silent) if self.assumed.silent < 1 else 0
        if channel is Channel.SMS and self._is(told):
            return Failure.FRAUD_BLOCKED
        return Failure.LANDLINE_OR_UNREACHABLE


def play(
    *,
    sms_failure: float,
    runs: int,
    seed: int,
    assumed: Assumed | None = None,
    policy: Policy = BASE,
) -> Tally:
    """So many verifications; the same seed plays the same game."""
    game = Game(
        sms_failure=sms_failure,
        dice=random.Random(seed),
        assumed=assumed or Assumed(),
        policy=policy,
        tally=Tally(),
    )
    return game.play(runs)


def report(runs: int = RUNS, seed: int = SEED) -> Iterator[str]:
    """The assumptions, then a line for each rate, then what it comes to without e-mail."""
    assumed = Assumed()
    order = ", ".join(BASE.preferred_methods)
    seconds = int(BASE.fallback_timeout.total_seconds())
    yield f"{runs:,} verifications a line, seed {seed}; plan: {order}; wait: {seconds} s"
    yield "assumed:"
    for each in fields(assumed):
        yield f"  {getattr(assumed, each.name):6.1%}  {each.metadata['says']}"
    yield "texts failing   recovered   verified"
    for rate in RATES:
        yield _line(rate, play(sms_failure=rate, runs=runs, seed=seed))
    by_phone = replace(BASE, allowed_channels=frozenset(Channel) - {Channel.EMAIL})
    yield "the same without e-mail:"
    yield _line(RATES[-1], play(sms_failure=RATES[-1], runs=runs, seed=seed, policy=by_phone))


def _line(rate: float, tally: Tally) -> str:
    return f"{rate:13.0%} {tally.recovered_share:11.1%} {tally.verified_share:10.1%}"


if __name__ == "__main__":
    for line in report(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS):
        print(line)
