"""What is to be known of a kind of factor, as a value: facts, and never a level.

What proving it is worth stands in the profile's table alone. The four kinds that ship are in
`core.shipped_kinds`; a site adds its own by the setting `FACTOR_KINDS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from otpguard.core.assurance import Channel, Method

SLUG_LENGTH = 32
_SLUG = re.compile(rf"[a-z][a-z0-9_]{{0,{SLUG_LENGTH - 1}}}")


def is_slug(text: str) -> bool:
    """True for what can be the slug of a kind."""
    return _SLUG.fullmatch(text) is not None


class FactorKindError(ValueError):
    """The facts of a kind contradict each other, or its slug has the wrong form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorKind:
    """One kind of thing that a person can enroll as a means of proof. Equal by its slug.

    `label` names it, `how` says on the page of choices what is done with it, `why` on the page of
    offers what speaks for it, `badge` is a word of praise there: English messages that are
    translated where they are shown. `icon` is a name of `includes/icon.html`.

    `methods` are the ways in which it is proven. `rank` orders what is shown, the strongest and
    lowest first; it gives no level. `enroll_order` orders the kinds that a person can set up alone,
    None for one that others give. `phishing_resistant` is true where a key answers and no secret
    can be typed or told: then there is nothing to guess either. `any_serves` is true when a
    challenge takes whichever of a person's factors of the kind is at hand. `waits_beside_others`
    is true when one that joins others counts only after the policy's waiting period: somebody
    else may have added it (A2). `sends_codes` is true when its secret is a phone number that codes
    go to, `recovers` when it gets an account back and is never the only factor.
    """

    slug: str
    label: str = field(compare=False)
    how: str = field(compare=False)
    why: str = field(compare=False)
    methods: tuple[Method, ...] = field(compare=False)
    badge: str = field(default="", compare=False)
    icon: str = field(default="shield", compare=False)
    rank: int = field(default=50, compare=False)
    enroll_order: int | None = field(default=50, compare=False)
    phishing_resistant: bool = field(default=False, compare=False)
    any_serves: bool = field(default=False, compare=False)
    waits_beside_others: bool = field(default=True, compare=False)
    sends_codes: bool = field(default=False, compare=False)
    recovers: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if not is_slug(self.slug):
            raise FactorKindError(
                f'"{self.slug}" is not a name for a factor kind: use lower-case letters, digits'
                f" and _, at most {SLUG_LENGTH}"
            )
        if not self.methods:
            raise FactorKindError(f'"{self.slug}" has no method: nothing could prove it')
        if any(method.kind != self.slug for method in self.methods):
            raise FactorKindError(f'"{self.slug}" has a method of another kind')
        if len(set(self.methods)) < len(self.methods):
            raise FactorKindError(f'"{self.slug}" has a method twice')

    def __str__(self) -> str:
        return self.slug

    @property
    def has_webauthn_flags(self) -> bool:
        """True when WebAuthn's flags tell how strong a factor of this kind is."""
        return any(method.has_webauthn_flags for method in self.methods)

    @property
    def is_guessable(self) -> bool:
        """True when a wrong answer may be a guess, and counts against the factor."""
        return not self.phishing_resistant

    def methods_of(self, *, hardware: bool) -> tuple[Method, ...]:
        """The methods that can prove a hardware token of this kind, or any other factor of it."""
        return tuple(each for each in self.methods if each.hardware in {None, hardware})

    def method_over(self, channel: Channel) -> Method:
        """The method that a code sent over `channel` proves. Raises LookupError for none."""
        for method in self.methods:
            if method.channel is channel:
                return method
        raise LookupError(f"{self.slug} takes no code by {channel}")
