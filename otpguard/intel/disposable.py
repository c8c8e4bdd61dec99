"""Throw-away mailboxes: domains of a kept list, and of a file of the site's own."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.pumping.hygiene import clean_domain, email_domain, is_listed

logger = logging.getLogger("otpguard.hygiene")

_PACKAGE = "disposable_email_domains"


class DomainsFileError(Exception):
    """The file of further domains cannot be used. The message names the lines."""


def is_disposable_email(email: str) -> bool:
    """True if the domain of an e-mail address, or one that it belongs to, is on the list of
    throw-away mailboxes. False for what is no e-mail address, and without any list.

    The list is that of `otpguard[pumping]`, with the lines of HYGIENE["DOMAINS_FILE"] added or, if
    they begin with "!", taken away. The most specific line counts. Relay services that hide a
    person's own mailbox are not on it.
    """
    domain = email_domain(email)
    added, taken = _own(settings().hygiene.domains_file, _stamp())
    return is_listed(domain, kept=_kept(), added=added, taken=taken)


def is_installed() -> bool:
    """Whether the package with the kept list is there."""
    return find_spec(_PACKAGE) is not None


def read_domains(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """The domains that a file adds, and those that it takes away. Raises DomainsFileError with the
    numbers of the lines that are no domain."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise DomainsFileError(f"{path} cannot be read") from error
    added, taken, wrong = set(), set(), []
    for number, raw in enumerate(lines, 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        domain = clean_domain(line.removeprefix("!"))
        if not domain or any(letter in domain for letter in " @/:*"):
            wrong.append(str(number))
        elif line.startswith("!"):
            taken.add(domain)
        else:
            added.add(domain)
    if wrong:
        raise DomainsFileError(f"{path}: no domain in line {', '.join(wrong[:10])}")
    return frozenset(added), frozenset(taken)


@lru_cache(maxsize=1)
def _kept() -> frozenset[str]:
    return frozenset(import_module(_PACKAGE).blocklist) if is_installed() else frozenset()


def _stamp() -> tuple[int, int]:
    try:
        found = Path(settings().hygiene.domains_file).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=1)
def _own(path: str, _stamp: tuple[int, int]) -> tuple[frozenset[str], frozenset[str]]:
    if not path:
        return frozenset(), frozenset()
    try:
        return read_domains(path)
    except DomainsFileError as error:
        logger.error("throw-away domains: %s", error)  # noqa: TRY400 (a trace says no more)
        return frozenset(), frozenset()


forget_on_change(_own)
