"""The attacks: each is one or two waves of requests, and each request a pure function of its place.

A request can be made without those before it, so a run may leave out requests that would change
nothing, and play the same ones again with the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from otpguard.simulation import assumptions as given
from otpguard.simulation.arrival import Arrival, Relation
from otpguard.simulation.numbers import number_in, number_of_block
from otpguard.simulation.people import DAY, delay, id_of_browser, own_ip

Make = Callable[[int, Random], tuple[str, str, str]]
"""From a request's place and its dice: country, number and client IP."""

HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Requests at one rate: `a_second` of them for `seconds`, from `begins` seconds after the
    attack does. The share `converts` of them answers. Each has one of 200 mailboxes, or any of
    `domains` that take all."""

    name: str
    make: Make
    begins: float = 0.0
    seconds: float = given.ATTACK_HOURS * HOUR
    a_second: float = given.A_SECOND
    converts: float = 0.0
    domains: int = given.CATCH_ALL_DOMAINS

    @property
    def requests(self) -> int:
        """How many there are in all."""
        return max(1, round(self.seconds * self.a_second))

    def arrival(self, seed: int, place: int) -> Arrival:
        """The request of that place, counted from 0; its time counts from the attack's begin."""
        rng = Random(f"{self.name} {seed} {place}")  # noqa: S311 (a simulation)
        country, number, client_ip = self.make(place, rng)
        answers = rng.random() < self.converts
        return Arrival(
            at=self.begins + place / self.a_second,
            number=number,
            country=country,
            client_ip=client_ip,
            browser=id_of_browser(rng),
            mailbox=_mailbox(rng, self.domains),
            relation=Relation.STRANGER,
            answers_after=delay(rng) if answers else None,
            resends=0 if answers else given.RESENDS_OF_ATTACKER,
            filled_ms=given.FILLED_MS_OF_ATTACKER,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack; its figures are printed for each wave. `meets_conference` says that 300 healthy
    people come to one address while it goes on."""

    name: str
    waves: tuple[Wave, ...]
    meets_conference: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return max(wave.begins + wave.seconds for wave in self.waves)


def attacks(hours: float = given.ATTACK_HOURS) -> tuple[Attack, ...]:
    """Every attack; those of 48 hours last `hours`, and longer ones shrink alike."""
    scale = hours / given.ATTACK_HOURS
    slow = given.SLOW_DAYS * DAY * scale
    calm = given.BUILD_UP_DAYS * DAY * scale
    long = hours * HOUR
    plain: dict[str, tuple[Make, float]] = {
        "premium_range": (_one_block, 0.0),
        "many_countries": (_many_countries, 0.0),
        "rotating_ips": (_dear, 0.0),
        "rotating_asns": (_everywhere, 0.0),
        "us_random_fresh_ips": (_us_fresh, 0.0),
        "convert_a_few": (_dear, given.FEW_CONVERT),
        "convert_most": (_dear, given.MOST_CONVERT),
        "botnet_5000": (_botnet, 0.0),
        "us_real_sims": (_sims, given.SIMS_CONVERT),
    }
    found = [
        Attack(name=name, waves=(Wave(name=name, make=make, seconds=long, converts=converts),))
        for name, (make, converts) in plain.items()
    ]
    rate = given.SLOW_AN_HOUR / HOUR
    low = Wave(name="low_and_slow", make=_dear, seconds=slow, a_second=rate)
    posts = Wave(name="mailboxes", make=_botnet, seconds=long, domains=given.MANY_DOMAINS)
    built = Wave(
        name="reputation_build_up",
        make=_dear,
        seconds=calm,
        a_second=given.BUILD_UP_A_DAY / DAY,
        converts=given.BUILD_UP_CONVERTS,
    )
    burst = Wave(name="reputation_then_burst", make=_dear, begins=calm, seconds=long)
    crowd = Wave(name="conference", make=_botnet, seconds=long)
    return (
        *found,
        Attack(name="low_and_slow", waves=(low,)),
        Attack(name="mailboxes", waves=(posts,)),
        Attack(name="reputation_then_burst", waves=(built, burst)),
        Attack(name="conference", waves=(crowd,), meets_conference=True),
    )


def _one_block(place: int, rng: Random) -> tuple[str, str, str]:
    """One block of a dear country, from 200 addresses."""
    return "PK", number_of_block("PK", 0, rng), _ip_of_pool("premium", place % 200)


def _dear(_place: int, rng: Random) -> tuple[str, str, str]:
    """36 blocks of dear countries, never from the same address twice."""
    block = rng.randrange(given.BLOCKS)
    country = given.DEAR[block % len(given.DEAR)]
    return country, number_of_block(country, block, rng), own_ip(rng)


def _many_countries(place: int, rng: Random) -> tuple[str, str, str]:
    """The site's countries and twenty more, from the botnet's addresses."""
    country = rng.choice((*given.COUNTRIES, *given.FAR_COUNTRIES))
    return country, number_in(country, rng), _ip_of_pool("many", place % given.BOTNET)


def _everywhere(place: int, rng: Random) -> tuple[str, str, str]:
    """All of the site's countries, from hosting and homes in turn, each from a new address."""
    country = rng.choice(tuple(given.COUNTRIES))
    hosted = ".".join(map(str, (rng.randrange(128, 191), *(rng.randrange(256) for _ in "bcd"))))
    return country, number_in(country, rng), hosted if place % 2 else own_ip(rng)


def _us_fresh(_place: int, rng: Random) -> tuple[str, str, str]:
    """Random US numbers, each from a new address."""
    return "US", number_in("US", rng), own_ip(rng)


def _botnet(place: int, rng: Random) -> tuple[str, str, str]:
    """5,000 addresses; 70 % dear blocks, 30 % random US numbers."""
    client_ip = _ip_of_pool("botnet", place % given.BOTNET)
    if rng.random() < 0.3:  # noqa: PLR2004 (the docstring says it)
        return "US", number_in("US", rng), client_ip
    country, number, _ = _dear(place, rng)
    return country, number, client_ip


def _sims(place: int, rng: Random) -> tuple[str, str, str]:
    """300 real US numbers in turn, each from a new address."""
    sim = Random(f"sim {place % given.SIMS}")  # noqa: S311 (a simulation)
    return "US", number_in("US", sim), own_ip(rng)


def _ip_of_pool(pool: str, ordinal: int) -> str:
    return own_ip(Random(f"{pool} {ordinal}"))  # noqa: S311 (a simulation)


def _mailbox(rng: Random, domains: int) -> str:
    """One of 200 mailboxes, or any of a domain that takes all."""
    if rng.random() < 0.5:  # noqa: PLR2004 (half of them)
        return f"box-{rng.randrange(given.MAILBOXES)}@{given.FREEMAIL_DOMAIN}"
    domain = rng.randrange(domains)
    return f"{rng.getrandbits(40):010x}@catch-{domain}.example"
