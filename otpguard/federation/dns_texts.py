"""TXT records by dnspython, from the resolvers of the host. Needs `otpguard[domains]`."""

from __future__ import annotations

from collections.abc import Sequence

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, Resolver

from otpguard.federation.texts import ResolverDownError

DEADLINE = 3.0
"""Seconds for a name, with all tries."""

MOST_TEXTS = 100
"""How many records of one name are read; a domain has a dozen."""


class DnsTexts:
    """The resolver that ships. `nameservers` and `port` replace those of the host."""

    def __init__(self, *, nameservers: Sequence[str] = (), port: int = 53) -> None:
        self._nameservers, self._port = list(nameservers), port

    def texts(self, name: str) -> tuple[str, ...]:
        """See TextResolver."""
        try:
            known = Resolver(configure=not self._nameservers)
            if self._nameservers:
                known.nameservers, known.port = self._nameservers, self._port
            found = known.resolve(
                f"{name}.", "TXT", lifetime=DEADLINE, search=False, raise_on_no_answer=False
            )
        except NXDOMAIN:
            return ()
        except (DNSException, OSError) as error:
            raise ResolverDownError(f"{type(error).__name__}: {name}") from error
        rows = list(found.rrset or ())[:MOST_TEXTS]
        return tuple(b"".join(row.strings).decode("ascii", "replace") for row in rows)
