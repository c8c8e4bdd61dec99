"""What the doctor says about what it has found: thresholds and sentences, nothing else.

Every function takes what was measured and returns findings; an empty tuple says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from otpguard.core.assurance import Channel


class Level(StrEnum):
    """How much a finding matters: an ERROR means that codes do not arrive, or will not soon."""

    OK = "ok"
    HINT = "hint"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: how bad, about what, and what to do."""

    level: Level
    topic: str
    text: str


Findings = tuple[Finding, ...]

MOST_SKEW = timedelta(seconds=2)
LATE = timedelta(seconds=2)
"""A sweep runs four times a second; what is due for longer than this waits for a worker."""
STUCK = timedelta(seconds=30)


def ok(topic: str, text: str) -> Findings:
    """All is well."""
    return (Finding(level=Level.OK, topic=topic, text=text),)


def hint(topic: str, text: str) -> Findings:
    """Something that could be better."""
    return (Finding(level=Level.HINT, topic=topic, text=text),)


def warning(topic: str, text: str) -> Findings:
    """Something that will hurt."""
    return (Finding(level=Level.WARNING, topic=topic, text=text),)


def error(topic: str, text: str) -> Findings:
    """Something that hurts."""
    return (Finding(level=Level.ERROR, topic=topic, text=text),)


def on_providers(faults: Mapping[str, str], names: Sequence[str]) -> Findings:
    """`faults` are what went wrong by provider; `names` all of them."""
    if not names:
        return error("providers", "None is configured: nothing can be sent. Fill in PROVIDERS.")
    if not faults:
        return ok("providers", f"{len(names)} load with their options: {', '.join(names)}.")
    return tuple(
        Finding(level=Level.ERROR, topic="providers", text=f"{name} cannot be loaded: {fault}")
        for name, fault in faults.items()
    )


def on_channels(routes: Mapping[Channel, Sequence[str]]) -> Findings:
    """`routes` are the providers by channel."""
    found: list[Finding] = []
    for channel in Channel:
        names = routes.get(channel, ())
        if names:
            found += ok("routes", f"{channel}: {', '.join(names)}.")
        else:
            found += warning("routes", f"{channel}: no provider serves it, so it is never tried.")
    if not any(routes.values()):
        return error("routes", "No channel has a route: no code can be sent.")
    if sum(bool(names) for names in routes.values()) == 1:
        found += hint("routes", "There is one channel only: a code that fails has no second way.")
    return tuple(found)


def on_reports(missing: Mapping[str, str], reporting: Sequence[str]) -> Findings:
    """`missing` is the setting without which a provider's reports are turned away, by provider;
    `reporting` are those that report."""
    found: list[Finding] = []
    for name, setting in missing.items():
        text = f"{name} reports what arrived, but no report is taken: set {setting}."
        found += warning("reports", text)
    heard = [name for name in reporting if name not in missing]
    if heard:
        found += ok("reports", f"Taken from {', '.join(heard)}.")
    return tuple(found)


def on_workers(answered: int | None) -> Findings:
    """`answered` is how many workers did; None when the broker cannot be reached."""
    if answered is None:
        return error("broker", "Celery's broker cannot be reached. Codes wait until it is back.")
    reached = ok("broker", "Celery's broker answers.")
    if answered:
        return reached + ok("workers", f"{answered} answered.")
    start = "Start one: celery -A yourproject worker -P threads -c 8."
    return reached + error("workers", f"None answered: nobody sends, nobody falls back. {start}")


def on_clock(skew: timedelta) -> Findings:
    """`skew` is the database's time less the application's."""
    seconds = skew.total_seconds()
    if abs(skew) <= MOST_SKEW:
        return ok("clock", f"Database and application differ by {abs(seconds):.1f} s.")
    order = "ahead of" if seconds > 0 else "behind"
    text = f"The database is {abs(seconds):.1f} s {order} the application. Let NTP set both."
    return error("clock", text)


def on_sweeper(timer: timedelta, outbox: timedelta) -> Findings:
    """How long the oldest fallback timer has been due, and the oldest code has waited."""
    found: list[Finding] = []
    for lag, what in ((timer, "fallback timer has been due"), (outbox, "code has been waiting")):
        if lag > LATE:
            level = Level.ERROR if lag > STUCK else Level.WARNING
            text = f"The oldest {what} for {lag.total_seconds():.0f} s. Is a worker running?"
            found.append(Finding(level=level, topic="sweeper", text=text))
    return tuple(found) or ok("sweeper", "No timer is late and no code is waiting.")


def on_notices(waiting: int, failed: int) -> Findings:
    """Notices that have waited too long, and those that were given up in the last week."""
    found: list[Finding] = []
    if waiting:
        text = f"{waiting} have been waiting for more than an hour. Can the mail server be reached?"
        found += warning("notices", text)
    if failed:
        found += warning("notices", f"{failed} reached nobody in the last week: see the admin.")
    return tuple(found) or ok("notices", "All were delivered.")


def on_keys(*, roots: int, indexes: int, own_roots: bool, older_events: int) -> Findings:
    """How many root and index keys are at hand, and how many events hang on older ones."""
    found: list[Finding] = []
    if not own_roots:
        text = "ROOT_KEYS is not set, so all keys hang on SECRET_KEY. Give otpguard its own."
        found += hint("keys", text)
    if roots > 1:
        text = f"{roots} root keys: a change is under way. Run otpguard_rekey, then drop the oldest"
        kept = f", which {older_events} audit events still need." if older_events else "."
        found += hint("keys", text + kept)
        if not indexes:
            text = "Phone numbers are indexed under the oldest root key. Set INDEX_KEYS first."
            found += warning("keys", text)
    if indexes > 1:
        found += hint("keys", "Two index keys: run otpguard_rekey, then drop the second.")
    return tuple(found) or ok("keys", "No change of keys is under way.")


def on_relying_party(*, fixed: bool, origins: bool, passkeys: int) -> Findings:
    """Whether the domain of passkeys is fixed, its origins too, and how many there are."""
    missing = [
        name
        for name, there in (("RELYING_PARTY_ID", fixed), ("RELYING_PARTY_ORIGINS", origins))
        if not there
    ]
    if not missing:
        return ok("passkeys", "The relying party is fixed.")
    names = " and ".join(missing)
    if passkeys:
        text = f"Set {names}: {passkeys} passkeys are lost when the site's address changes."
        return warning("passkeys", text)
    return hint("passkeys", f"Set {names} before the first passkey is made.")


def worst(findings: Collection[Finding]) -> Level:
    """The gravest level there is; OK without findings."""
    order = list(Level)
    return max((each.level for each in findings), key=order.index, default=Level.OK)
