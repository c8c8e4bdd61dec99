"""Vendors that know something about a phone number. A public extension point.

They are named in OTPGUARD["NUMBER_INTEL"]["VENDORS"] by dotted path, with OPTIONS that become
keyword arguments of their constructors. Without the setting none is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery, NumberReport


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The vendor did not say anything: it is away or too slow, or nobody understands it.

    `fatal` tells that it will say nothing to any question either, because it does not take our
    credentials. `reason` has no number and no secret in it.
    """

    reason: str
    fatal: bool = False


@runtime_checkable
class NumberIntel(Protocol):
    """One vendor. It is made once in a process, and called by several threads at once."""

    @property
    def facts(self) -> frozenset[IntelFact]:
        """What it can be asked with the options that it has."""

    def look_up(self, query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """Ask the vendor for `query.wanted`, all of them among `facts`, until `time.monotonic()`
        is at `until`.

        A fact that the vendor does not know, does not cover or says in a way that nobody
        understands is left out of the report. Raises nothing.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberVendor:
    """A configured vendor. `facts` are those that it is asked for."""

    name: str
    driver: NumberIntel
    facts: frozenset[IntelFact]
    per_day: int


@lru_cache(maxsize=1)
def number_vendors() -> tuple[NumberVendor, ...]:
    """The configured vendors, made once, in the order in which they are asked.

    Raises ImportError for a wrong dotted path, TypeError and ValueError for wrong options, for a
    class that is none, and for facts that the vendor does not know.
    """
    made = []
    for name, config in settings().number_intel.vendors.items():
        driver = import_string(config.backend)(**config.options)
        if not isinstance(driver, NumberIntel):
            said = "must have all members of otpguard.intel.number.NumberIntel"
            raise TypeError(f"{config.backend} {said}")
        if not config.facts <= driver.facts:
            lacks = ", ".join(sorted(config.facts - driver.facts))
            raise ValueError(f"{name} does not know with these OPTIONS: {lacks}")
        facts = config.facts or driver.facts
        made.append(NumberVendor(name=name, driver=driver, facts=facts, per_day=config.per_day))
    return tuple(made)


forget_on_change(number_vendors)


def known_facts() -> frozenset[IntelFact]:
    """What the configured vendors can be asked. Raises as `number_vendors` does."""
    return frozenset(fact for vendor in number_vendors() for fact in vendor.facts)
