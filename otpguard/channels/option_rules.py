"""Vendors' rules for the options of a provider, checked all at once.

A constructor states each rule and asks for the faults at its end, so that an operator sees them
together. A fault names the option and its rule, never the value: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from otpguard.core.assurance import Channel
from otpguard.transport.exchange import Deadlines, checked_url


@dataclass(frozen=True, slots=True)
class OptionRule:
    """What a whole value must match, and its description, after "must be"."""

    pattern: str
    words: str


def visible(words: str) -> OptionRule:
    """The rule for values in a header: visible ASCII."""
    return OptionRule(r"[!-~]+", words)


class WrongOptionsError(ValueError):
    """Options break rules of the vendor. `faults` names each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class OptionRules:
    """Collects the faults of one provider's options."""

    def __init__(self, *, connect: float, read: float, base: str = "") -> None:
        """`connect` and `read` are deadlines in seconds, `base` is the URL of the vendor."""
        self._faults: list[str] = []
        try:
            Deadlines(connect=connect, read=read)
        except ValueError as error:
            self._faults.append(f"connect, read: {error}")
        if base:
            self.url("base", base)

    def require(self, holds: bool, fault: str) -> None:  # noqa: FBT001 (it is what is required)
        """Note the fault unless it holds."""
        if not holds:
            self._faults.append(fault)

    def match(self, name: str, value: object, rule: OptionRule) -> None:
        """The whole value must match."""
        matched = isinstance(value, str) and re.fullmatch(rule.pattern, value, re.ASCII)
        self.require(bool(matched), f"{name} must be {rule.words}")

    def match_if_given(self, name: str, value: object, rule: OptionRule) -> None:
        """The same, unless it is empty."""
        if value != "":
            self.match(name, value, rule)

    def match_each(self, name: str, values: object, rule: OptionRule) -> None:
        """Every value of a mapping must match."""
        if not isinstance(values, Mapping):
            self._faults.append(f"{name} must be a mapping")
            return
        for key, value in values.items():
            self.match(f"{name}[{key!r}]", value, rule)

    def together(self, **options: str) -> None:
        """All of them must be given, or none."""
        self.require(
            len(set(map(bool, options.values()))) == 1, f"{_named(options)} need each other"
        )

    def either(self, **options: str) -> None:
        """One of them must be given, and no other."""
        self.require(
            sum(map(bool, options.values())) == 1,
            f"one of {_named(options)} must be given, not both",
        )

    def flag(self, name: str, value: object) -> None:
        """The value must be True or False."""
        self.require(isinstance(value, bool), f"{name} must be True or False")

    def digits(self, value: object) -> None:
        """The length of a code that a vendor makes."""
        fits = isinstance(value, int) and not isinstance(value, bool) and 4 <= value <= 8  # noqa: PLR2004 (the digits that vendors offer)
        self.require(fits, "digits must be a number from 4 to 8")

    def url(self, name: str, value: str) -> None:
        """The value must be a URL that may be called."""
        try:
            checked_url(value)
        except (ValueError, TypeError, AttributeError) as error:
            self._faults.append(f"{name}: {error}")

    def channels(self, given: object, served: Collection[Channel]) -> frozenset[Channel]:
        """The channels that are named, as far as they are among those that the vendor serves."""
        names = ", ".join(sorted(served))
        if isinstance(given, str) or not isinstance(given, Iterable):
            self._faults.append(f"channels must be a list of these: {names}")
            return frozenset()
        asked = list(given)
        found = frozenset(channel for channel in served if channel in asked)
        self.require(
            bool(asked) and len(found) == len(set(map(str, asked))),
            f"channels must name one or more of these: {names}",
        )
        return found

    def check(self) -> None:
        """Raises WrongOptionsError if there is any fault."""
        if self._faults:
            raise WrongOptionsError(self._faults)


def _named(options: Mapping[str, str]) -> str:
    return " and ".join(options)
