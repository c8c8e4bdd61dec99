"""Origins that share passkeys with a domain they are no part of (WebAuthn Level 3, 5.11)."""

from __future__ import annotations

from collections.abc import Iterable

MOST_LABELS = 5
"""So many different names every browser looks at; what comes after them it may skip."""
_SHORT = 3
"""Letters of a second level such as "co" or "com", beside a country of two letters."""
_COUNTRY = 2


def related_origins(party: str, origins: Iterable[str]) -> tuple[str, ...]:
    """The `origins` that are no part of the domain `party`, in their order; none without a domain:
    then each host has passkeys of its own."""
    if not party:
        return ()
    return tuple(origin for origin in origins if not _is_part(_host(origin), party))


def labels_of(origins: Iterable[str]) -> tuple[str, ...]:
    """The names that a browser counts, each once: "acme" of https://app.acme.co.uk.

    Which endings are sold as a whole only the Public Suffix List knows; this goes by their length,
    so it may take one for another.
    """
    return tuple(dict.fromkeys(_label(_host(origin)) for origin in origins))


def _host(origin: str) -> str:
    after = origin.partition("://")[2].partition("/")[0]
    return after.partition(":")[0].lower()


def _is_part(host: str, party: str) -> bool:
    return host == party.lower() or host.endswith(f".{party.lower()}")


def _label(host: str) -> str:
    parts = host.split(".")
    if len(parts) > 2 and len(parts[-1]) == _COUNTRY and len(parts[-2]) <= _SHORT:  # noqa: PLR2004 (a name, a second level, a country)
        return parts[-3]
    return parts[-2] if len(parts) > 1 else host
