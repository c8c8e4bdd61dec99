"""The state of outside data, as the checks and the doctor tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.conf import settings
from otpguard.intel import disposable
from otpguard.intel.disposable import DomainsFileError, read_domains
from otpguard.intel.network import NetworkFile, NetworkFileError

OLD_AFTER = timedelta(days=60)
"""IP addresses change hands; a network file older than this misleads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataState:
    """What is wrong with each source, as sentences. `missing` are layers without data, `faulty`
    files that cannot be used, `old` files that should be replaced."""

    missing: tuple[str, ...] = ()
    faulty: tuple[str, ...] = ()
    old: tuple[str, ...] = ()


def network_state(now: datetime) -> DataState:
    """The files of NETWORK_FILES, opened for this call."""
    if not settings().network_files:
        return DataState(missing=("Sends are not told apart by network: set NETWORK_FILES.",))
    faulty, old = [], []
    for path in settings().network_files:
        try:
            built_at = NetworkFile(path).built_at()
        except NetworkFileError as error:
            faulty.append(f"{error}.")
            continue
        if now - built_at > OLD_AFTER:
            old.append(f"{path} is of {built_at:%Y-%m-%d}.")
    return DataState(faulty=tuple(faulty), old=tuple(old))


def mailbox_state() -> DataState:
    """The lists of throw-away mailboxes."""
    path = settings().hygiene.domains_file
    if path:
        try:
            read_domains(path)
        except DomainsFileError as error:
            return DataState(faulty=(f"{error}.",))
    elif not disposable.is_installed():
        more = 'Install otpguard[pumping], or set HYGIENE["DOMAINS_FILE"].'
        return DataState(missing=(f"Throw-away mailboxes are not known. {more}",))
    return DataState()
