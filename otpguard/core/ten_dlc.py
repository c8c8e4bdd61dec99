"""10DLC: what a site needs to text US numbers at its volume, and the state of its registrations.

US carriers accept texts from applications over ten-digit numbers only for a brand and a campaign
that are registered with The Campaign Registry. A provider with approved routes of its own does not
need the customer's registration.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.advice import Finding, Findings, Level, error, hint, ok, warning

STANDARD_FROM = 50_000
ENHANCED_FROM = 500_000
"""Messages a month from which a dedicated brand pays, and from which it needs more vetting."""

TAKES = "2 to 6 weeks"
LONGEST = timedelta(weeks=6)
EXPIRES_SOON = timedelta(days=30)
TOPIC = "10DLC"
_LACKS = {
    "missing": "is missing",
    "not_approved": "is not approved",
    "expired": "has expired",
}
VETTINGS = ("none", "standard", "enhanced")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenDlcStatus:
    """One brand and campaign as recorded; `interim` is the provider that is used until then."""

    name: str
    provider: str
    status: str
    vetting: str = "none"
    submitted_at: datetime | None = None
    expected_at: datetime | None = None
    expires_at: datetime | None = None
    interim: str = ""

    def expected(self) -> datetime | None:
        """When an answer is due: as told, else six weeks after it was submitted."""
        if self.expected_at or not self.submitted_at:
            return self.expected_at
        return self.submitted_at + LONGEST

    def counts(self, now: datetime) -> bool:
        """Approved, and not expired."""
        return self.status == "approved" and not (self.expires_at and self.expires_at <= now)


def vetting_for(volume: int) -> str:
    """The vetting that so many messages a month ask for: none, standard or enhanced."""
    if volume < STANDARD_FROM:
        return "none"
    return "standard" if volume < ENHANCED_FROM else "enhanced"


def on_volume(
    volume: int,
    campaigns: Sequence[TenDlcStatus],
    now: datetime,
    *,
    unregistered: Collection[str] = (),
) -> Findings:
    """What to register at `volume` messages a month, given what there is.

    `unregistered` are the providers that text US numbers from a number of ours without a live
    registration: then no volume is small enough.
    """
    needed = vetting_for(volume)
    about = f"{volume:,} messages a month to US numbers: "
    best = max(
        (VETTINGS.index(r.vetting) for r in campaigns if r.counts(now)),
        default=-1,
    )
    if needed == "none" and unregistered:
        return ()
    if needed == "none":
        text = "a provider's pre-approved route is enough, live in minutes without registration."
        return ok(TOPIC, about + text)
    if best >= VETTINGS.index(needed):
        return ok(TOPIC, about + f"the {needed} vetting that this asks for is there.")
    if needed == "standard":
        text = "register a dedicated brand with Standard vetting and a dedicated 2FA campaign"
        return hint(TOPIC, about + f"{text} ({TAKES}).")
    text = "a dedicated brand with Enhanced vetting has the throughput that this needs"
    return warning(TOPIC, about + f"{text} ({TAKES}).")


def on_unregistered(provider: str, lack: str, volume: int) -> Findings:
    """A provider that texts US numbers from a number of ours; `lack` says what is wrong with its
    registration: missing, not_approved or expired. `volume` are the messages of a month."""
    found = error if volume else warning
    text = (
        f"{provider} texts US numbers from a number of yours, and its registration {_LACKS[lack]}:"
        " carriers drop or surcharge what it sends. Register a brand and a 2FA campaign"
        f" ({TAKES}), or use a route for US numbers that needs none."
    )
    return found(TOPIC, text)


def on_ten_dlc(each: TenDlcStatus, providers: Collection[str], now: datetime) -> Findings:
    """Where one registration stands. `providers` are the names of those that are configured."""
    about = f"{each.name} at {each.provider} "
    if each.status == "rejected":
        return error(TOPIC, about + "was rejected: carriers drop what it sends. Submit it again.")
    if each.status == "approved":
        return _approved(each, about, now)
    return _pending(each, about, now) + _interim(each, providers)


def _approved(each: TenDlcStatus, about: str, now: datetime) -> Findings:
    if each.expires_at is None:
        return ok(TOPIC, about + "is approved.")
    day = f"{each.expires_at:%Y-%m-%d}"
    if each.expires_at <= now:
        return error(TOPIC, about + f"expired on {day}: carriers drop what it sends. Renew it.")
    if each.expires_at - now <= EXPIRES_SOON:
        return warning(TOPIC, about + f"expires on {day}: renew it, that takes {TAKES}.")
    return ok(TOPIC, about + f"is approved until {day}.")


def _pending(each: TenDlcStatus, about: str, now: datetime) -> Findings:
    expected = each.expected()
    if each.status != "submitted" or each.submitted_at is None or expected is None:
        return hint(TOPIC, about + f"is not submitted yet. Review takes {TAKES}.")
    text = f"was submitted on {each.submitted_at:%Y-%m-%d}, expected by {expected:%Y-%m-%d}"
    if expected < now:
        return warning(TOPIC, about + text + ", and is overdue: ask the provider.")
    return hint(TOPIC, about + text + f" ({TAKES} after submission).")


def _interim(each: TenDlcStatus, providers: Collection[str]) -> Findings:
    if not each.interim:
        text = f"name one with a pre-approved route that serves until {each.name} is approved."
        return warning(TOPIC, f"No interim provider: {text}")
    if each.interim not in providers:
        text = f"Interim provider {each.interim} is not in PROVIDERS."
        return (Finding(level=Level.ERROR, topic=TOPIC, text=text),)
    text = f"until then {each.interim} serves by its pre-approved route."
    return ok(TOPIC, f"{each.name}: {text}")
