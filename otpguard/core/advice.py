"""The doctor's advice: thresholds and sentences, nothing else.

Every function takes measured values and returns findings; an empty tuple means nothing to report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from otpguard.core.assurance import Channel
from otpguard.core.sweep_run import SweepRun


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
NAMED = 3
"""How many tenants a line names."""
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


def on_logins(unlisted: Mapping[str, int], lines: Mapping[str, str]) -> Findings:
    """`unlisted` are the logins of a month by an authentication back end that nothing is known of;
    `lines` what to write into the settings for each."""
    return tuple(
        Finding(
            level=Level.WARNING,
            topic="logins",
            text=f"{count} logins by {backend} prove nothing, so that a phone does not reach AAL2."
            f' If it checks a password, write {lines[backend]}; "sso" for single sign-on;'
            ' "none" if it does neither.',
        )
        for backend, count in sorted(unlisted.items())
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


def on_receipts(missing: Mapping[str, str], vendors: Sequence[str]) -> Findings:
    """`missing` is the setting without which a provider's receipts are turned away, by provider;
    `vendors` are those that send receipts."""
    found: list[Finding] = []
    for name, setting in missing.items():
        text = f"{name} sends receipts, but none is taken: set {setting}."
        found += warning("receipts", text)
    heard = [name for name in vendors if name not in missing]
    if heard:
        found += ok("receipts", f"Taken from {', '.join(heard)}.")
    return tuple(found)


def on_client_ips(
    *, private: Sequence[str], unreadable: bool, proxies: int, limit: int
) -> Findings:
    """`private` are the IP addresses of the house that clients came from in the last hour;
    `unreadable` says that one could not be read; `proxies` and `limit` are the settings."""
    found: list[Finding] = []
    if unreadable:
        text = (
            f"IP addresses could not be read in the last hour: all such clients share {limit}"
            " starts an hour. Do the proxies append to X-Forwarded-For, and is TRUSTED_PROXIES"
            f" ({proxies}) how many they are?"
        )
        found += warning("clients", text)
    if private and not proxies:
        text = (
            f"Clients come from {private[0]}, which is within your own network, and share its caps."
            " Set TRUSTED_PROXIES to the number of your proxies."
        )
        found += warning("clients", text)
    return tuple(found) or ok("clients", "Their IP addresses can be told apart.")


def on_workers(answered: int | None) -> Findings:
    """`answered` is how many workers did; None when the broker cannot be reached."""
    if answered is None:
        return error("broker", "Celery's broker cannot be reached. Codes wait until it is back.")
    reached = ok("broker", "Celery's broker answers.")
    if answered:
        return reached + ok("workers", f"{answered} answered.")
    start = "Start one: celery -A yourproject worker -P threads -c 8."
    return reached + error("workers", f"None answered: nobody sends, nobody falls back. {start}")


def on_inline_worker() -> Findings:
    """The site has no worker of Celery: the web process sends, or nobody."""
    return warning(
        "workers", "The web process sends by itself, or nobody does: not for production."
    )


def on_limiter(trouble: str) -> Findings:
    """What is wrong with the store that counts the caps, if anything is."""
    return hint("limiter", trouble) if trouble else ()


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


def on_sweep_runs(runs: Mapping[str, SweepRun], now: datetime) -> Findings:
    """The last round of each worker's sweep, by the worker's name."""
    found: list[Finding] = []
    for name, run in sorted(runs.items()):
        age = (now - run.ended_at).total_seconds()
        text = (
            f"{name}: its last round ended {max(age, 0):.1f} s ago, took"
            f" {run.took.total_seconds() * 1000:.0f} ms and handled {run.rows} rows;"
            f" {run.rows_in_all} rows in {run.rounds} rounds since it started."
        )
        if run.failed:
            text += " It failed: see the log of that worker."
        stands_still = age > LATE.total_seconds()
        found += (warning if run.failed or stands_still else ok)("sweeper", text)
    return tuple(found)


def on_notices(waiting: int, failed: int) -> Findings:
    """Notices that have waited too long, and those that were given up in the last week."""
    found: list[Finding] = []
    if waiting:
        text = (
            f"{waiting} have been waiting for more than an hour. Can the e-mail server be reached?"
        )
        found += warning("notices", text)
    if failed:
        found += warning("notices", f"{failed} did not arrive in the last week: see the admin.")
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


def on_missing_kinds(factors: Mapping[str, int]) -> Findings:
    """`factors` counts what people have enrolled, by kinds that are not installed."""
    return tuple(
        Finding(
            level=Level.WARNING,
            topic="factors",
            text=f'{count} of the kind "{kind}" prove nothing, for it is not in FACTOR_KINDS.',
        )
        for kind, count in sorted(factors.items())
    )


def on_makers(*, asked: int, trusted: bool) -> Findings:
    """How many stored wishes take passkeys of trusted makers only, and whether any is trusted."""
    if not asked or trusted:
        return ()
    text = f"{asked} policies accept those of trusted makers only, and no maker is trusted."
    return error("passkeys", f"{text} Set ATTESTATION_ROOTS or ATTESTATION_METADATA.")


def on_outside_data(
    topic: str, *, missing: Sequence[str], faulty: Sequence[str], old: Sequence[str]
) -> Iterator[Finding]:
    """What is wrong with the data of one layer of the pumping defense, in sentences."""
    for text in faulty:
        yield from error(topic, text)
    for text in (*missing, *old):
        yield from warning(topic, text)
    if not (missing or faulty or old):
        yield from ok(topic, "Its data is there.")


def on_number_intel(vendors: Sequence[str], facts: Sequence[str]) -> Findings:
    """Which vendors are asked about phone numbers, and what they know."""
    if not vendors:
        return ok("numbers", "No vendor is asked about phone numbers (NUMBER_INTEL).")
    return ok("numbers", f"Asked: {', '.join(vendors)}. They know: {', '.join(sorted(facts))}.")


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
        text = f"Set {names}: {passkeys} passkeys are lost when the site's domain changes."
        return warning("passkeys", text)
    return hint("passkeys", f"Set {names} before the first passkey is made.")


def on_below_defensible(tenants: Mapping[str, Sequence[str]]) -> Findings:
    """Tenants whose policy a security review would ask about, with the checkpoints."""
    if not tenants:
        return ()
    first = list(tenants.items())[:NAMED]
    named = "; ".join(f"{name}: {', '.join(slugs)}" for name, slugs in first)
    more = f"; and {len(tenants) - NAMED} more" if len(tenants) > NAMED else ""
    return hint(
        "policies",
        f"Below the preset defensible: {named}{more}. The shipped default is lower so that"
        " everybody can confirm by phone on the first day;"
        ' PRESET = "defensible" asks for a passkey there.',
    )
