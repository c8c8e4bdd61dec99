"""Healthy sign-ups: people at home, in offices behind one address, at a conference, in a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from otpguard.simulation import assumptions as given
from otpguard.simulation.arrival import Arrival, Relation
from otpguard.simulation.numbers import number_in

DAY = 86_400
_REMEMBERED = 2_000
"""Of how many earlier visitors the browsers may come back."""

_MONTH = 30
_CLASS_DAY, _CONFERENCE_DAY, _ROLL_OUT_DAY = 6, 11, 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Many people within a short time behind one address."""

    crowd: str
    begins: float
    seconds: float
    people: int
    relation: Relation = Relation.STRANGER


def people(seed: int, *, a_day: float, bursts: tuple[Burst, ...] = ()) -> Iterator[Arrival]:
    """Everybody who comes, day by day without end, in the order of their times.

    `a_day` is the mean number of people of a day without `usual_bursts`, which come in addition to
    `bursts`. The same seed gives the same people.
    """
    rng = Random(f"people {seed}")  # noqa: S311 (a simulation)
    before: list[Arrival] = []
    for day in count():
        here = [_person(rng, day * DAY + _second(rng), before) for _ in range(_poisson(rng, a_day))]
        for burst in (*usual_bursts(day // _MONTH, a_day=a_day), *bursts):
            if day * DAY <= burst.begins < (day + 1) * DAY:
                here += _crowd(rng, burst)
        here.sort(key=lambda each: each.at)
        proven = [each for each in here if each.relation is not Relation.INVITED]
        before = [*before, *(each for each in proven if each.answers_after is not None)]
        before = before[-_REMEMBERED:]
        yield from here


def usual_bursts(month: int, *, a_day: float) -> tuple[Burst, ...]:
    """What happens every month: conferences, as many as the mix says but one at least, a class and
    a roll-out in an office."""
    began = month * _MONTH * DAY
    conferences = max(1, round(given.IN_BURSTS * a_day * _MONTH / given.CONFERENCE))
    noon = 12 * 3_600
    found = [
        Burst(
            crowd="class",
            begins=began + _CLASS_DAY * DAY + noon,
            seconds=given.CLASS_SECONDS,
            people=given.CLASS,
        ),
        Burst(
            crowd="roll-out",
            begins=began + _ROLL_OUT_DAY * DAY + noon,
            seconds=given.ROLL_OUT_SECONDS,
            people=given.ROLL_OUT,
            relation=Relation.INVITED,
        ),
    ]
    for each in range(conferences):
        day = (_CONFERENCE_DAY + each) % _MONTH
        found.append(conference(f"conference-{month}-{each}", began + day * DAY + noon))
    return tuple(found)


def conference(crowd: str, begins: float) -> Burst:
    """300 strangers within 30 minutes."""
    return Burst(
        crowd=crowd, begins=begins, seconds=given.CONFERENCE_SECONDS, people=given.CONFERENCE
    )


def own_ip(rng: Random) -> str:
    """An address of its own for one household: 24.0.0.0 to 99.255.255.255."""
    return ".".join(map(str, (rng.randrange(24, 100), *(rng.randrange(256) for _ in "bcd"))))


def shared_ip(crowd: str) -> str:
    """The address behind which a crowd is: in 12.0.0.0/8, the same each time."""
    rng = Random(f"crowd {crowd}")  # noqa: S311 (a simulation)
    return ".".join(map(str, (12, *(rng.randrange(256) for _ in "bcd"))))


def id_of_browser(rng: Random) -> str:
    """A new browser's id."""
    return f"{rng.getrandbits(128):032x}"


def delay(rng: Random) -> float:
    """Seconds until a person has entered the code."""
    return given.MEDIAN_SECONDS * float(2.718281828459045 ** rng.gauss(0, given.SPREAD_OF_SECONDS))


def _person(rng: Random, at: float, before: list[Arrival]) -> Arrival:
    drawn = rng.random()
    if before and drawn < given.KNOWN:
        known = before[rng.randrange(len(before))]
        return replace(_behavior(rng, known), at=at, relation=Relation.KNOWN)
    is_invited = drawn < given.KNOWN + given.INVITED
    crowd = ""
    if rng.random() < given.BEHIND_SHARED_IP:
        [crowd] = rng.choices(list(given.SHARED_IPS), weights=list(given.SHARED_IPS.values()))
    relation = Relation.INVITED if is_invited else Relation.STRANGER
    return _made(rng, at, crowd, relation)


def _crowd(rng: Random, burst: Burst) -> list[Arrival]:
    times = [burst.begins + rng.random() * burst.seconds for _ in range(burst.people)]
    return [_made(rng, at, burst.crowd, burst.relation) for at in times]


def _made(rng: Random, at: float, crowd: str, relation: Relation) -> Arrival:
    [country] = rng.choices(list(given.COUNTRIES), weights=list(given.COUNTRIES.values()))
    browser = id_of_browser(rng)
    made = Arrival(
        at=at,
        number=number_in(country, rng),
        country=country,
        client_ip=shared_ip(crowd) if crowd else own_ip(rng),
        browser=browser,
        mailbox=_mailbox(rng, browser, crowd),
        relation=relation,
        crowd=crowd,
    )
    return _behavior(rng, made)


def _mailbox(rng: Random, browser: str, crowd: str) -> str:
    domain = given.FREEMAIL_DOMAIN
    if rng.random() >= given.FREEMAIL_SHARE:
        company = f"company-{rng.randrange(given.COMPANIES)}"
        domain = f"{crowd if crowd in given.SHARED_IPS else company}.example"
    return f"{browser[:12]}@{domain}"


def _behavior(rng: Random, who: Arrival) -> Arrival:
    if rng.random() < given.CONVERSION:
        return replace(who, answers_after=delay(rng), resends=0)
    return replace(who, answers_after=None, resends=int(rng.random() < given.ASK_AGAIN))


def _second(rng: Random) -> float:
    """A second of the day: most of them between 8:00 and 20:00."""
    if rng.random() < given.BY_DAY:
        return 8 * 3_600 + rng.random() * 12 * 3_600
    return (20 * 3_600 + rng.random() * 12 * 3_600) % DAY


def _poisson(rng: Random, mean: float) -> int:
    """A number of people with that mean; close enough to Poisson for the means of a day."""
    return max(0, round(rng.gauss(mean, mean**0.5)))
