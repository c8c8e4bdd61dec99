"""How many codes fallback saves: `python -m tests.simulations.fallback [--whatsapp 0.6] …`.

Plays verifications through the product's own plan of routes and its own rules of what may fall
back, with no network and no database. What a channel reaches is an input: each share has a source
or is an assumption with a name, both are printed with the result, and each can be given by its
name. The result is printed with and without e-mail.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from otpguard.core.assurance import SAAS_2026, Channel, Primary
from otpguard.core.outcome import Failure, failed
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.routing import Route, plan_routes

RUNS = 200_000
SEED = 20_260_101
RATES = (0.01, 0.02, 0.03, 0.04, 0.05)
"""The share of text messages that never arrive in the US: 1 to 5 % (Telesign, "Top seven")."""

ROUTES = tuple(Route(channel=channel, provider="p", receipts=True) for channel in Channel)


def share(default: float, says: str, *, source: str = "") -> Any:
    """An input: what it is a share of, and who says how large it is. Without a source it is an
    assumption of ours."""
    return field(default=default, metadata={"says": says, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """The inputs, as shares of one."""

    silent: float = share(0.40, "failed texts that no receipt tells of")
    fraud: float = share(0.02, "failed texts that the vendor blocks as fraud")
    off: float = share(0.25, "failed texts whose phone takes no call and no data either")
    whatsapp: float = share(
        0.32,
        "other phones that a WhatsApp message reaches",
        source="Pew Research Center, 2025: 32 % of adults in the US use WhatsApp",
    )
    voice: float = share(0.85, "other phones whose owner, waiting for it, takes the call")
    email: float = share(0.97, "people who get their e-mail while the code is valid")
    gives_up: float = share(0.02, "people who leave at each wait for another channel")
    typed: float = share(0.985, "people who type a code that they have, and rightly")

    def __post_init__(self) -> None:
        for each in fields(self):
            if not 0 <= getattr(self, each.name) <= 1:
                raise ValueError(f"{each.name} must be a share from 0 to 1")

    def reached(self, channel: Channel) -> float:
        """Of the phones whose text failed, the share that WhatsApp or a call reaches."""
        return (1 - self.off) * (self.whatsapp if channel is Channel.WHATSAPP else self.voice)


@dataclass(slots=True)
class Counts:
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
    counts: Counts

    def play(self, runs: int) -> Counts:
        """So many of them."""
        routes = plan_routes(
            policy=self.policy,
            profile=SAAS_2026,
            primary=Primary.PASSWORD,
            routes=ROUTES,
            reachable=frozenset(Channel),
        )
        for _ in range(runs):
            self.counts.runs += 1
            self._one(routes)
        return self.counts

    def _one(self, routes: tuple[Route, ...]) -> None:
        off = self._is(self.assumed.off)
        waited = timedelta(0)
        for step, route in enumerate(routes):
            self.counts.by_channel[route.channel] += 1
            if self._arrives(route.channel, off=off):
                self.counts.recovered += step > 0
                self.counts.verified += self._is(self.assumed.typed)
                return
            self.counts.sms_failed += step == 0
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
) -> Counts:
    """So many verifications; the same seed plays the same game."""
    game = Game(
        sms_failure=sms_failure,
        dice=random.Random(seed),
        assumed=assumed or Assumed(),
        policy=policy,
        counts=Counts(),
    )
    return game.play(runs)


def report(
    runs: int = RUNS,
    seed: int = SEED,
    rates: Sequence[float] = RATES,
    assumed: Assumed | None = None,
) -> Iterator[str]:
    """The inputs with their sources, then a line for each rate: with e-mail and without it."""
    inputs, usual = assumed or Assumed(), Assumed()
    order = ", ".join(BASE.preferred_methods)
    seconds = int(BASE.fallback_timeout.total_seconds())
    yield f"{runs:,} verifications a line, seed {seed}; plan: {order}; wait: {seconds} s"
    yield "inputs:"
    for each in fields(inputs):
        value = getattr(inputs, each.name)
        given = value != getattr(usual, each.name)
        source = "given" if given else each.metadata["source"] or "assumption"
        yield f"  {each.name:9} {value:6.1%}  {each.metadata['says']} [{source}]"
    by_phone = replace(BASE, allowed_channels=frozenset(Channel) - {Channel.EMAIL})
    yield "                   with e-mail            without e-mail"
    yield "texts failing   recovered   verified   recovered   verified"
    for rate in rates:
        all_four, three = (
            play(sms_failure=rate, runs=runs, seed=seed, assumed=inputs, policy=policy)
            for policy in (BASE, by_phone)
        )
        yield f"{rate:13.1%} {_shares(all_four)} {_shares(three)}"


def _shares(counts: Counts) -> str:
    return f"{counts.recovered_share:11.1%} {counts.verified_share:10.1%}"


def asked(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """What the command line asks of `report`; ends the program for what is no share."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulations.fallback")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--failing", type=float, nargs="+", default=RATES)
    for each in fields(Assumed):
        parser.add_argument(
            f"--{each.name.replace('_', '-')}", type=float, default=each.default, dest=each.name
        )
    found = vars(parser.parse_args(arguments))
    try:
        inputs = Assumed(**{each.name: found[each.name] for each in fields(Assumed)})
    except ValueError as error:
        parser.error(str(error))
    return {
        "runs": found["runs"],
        "seed": found["seed"],
        "rates": tuple(found["failing"]),
        "assumed": inputs,
    }


if __name__ == "__main__":
    for line in report(**asked()):
        print(line)
