"""CAMARA SIM Swap and Number Recycling: open interfaces of mobile operators and of those who resell
them (https://github.com/camaraproject).

The token is one of the client itself (RFC 6749, 4.4). Operators that ask for the consent of the
person, by CIBA or at the device, need another driver.
"""

from __future__ import annotations

import time
from threading import Lock
from urllib.parse import urlencode

from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery, NumberReport, truth_of
from otpguard.intel.number import NoAnswer
from otpguard.intel.vendors.call import ask, basic, json_post
from otpguard.transport.exchange import Request, checked_url

SWAP_SCOPE = "sim-swap:check"
RECYCLING_SCOPE = "number-recycling:check"
EARLY = 30.0
"""Seconds before its end from which on a token is not used any more."""

LONGEST_TOKEN = 3_600.0


class Camara:
    """The driver. `sim_swap_url` and `number_recycling_url` are the roots of the two interfaces
    with their versions, as the operator states them; without one of them that fact is not known.
    Scopes differ between operators. Raises ValueError for what cannot be."""

    def __init__(
        self,
        *,
        token_url: str,
        client_id: str,
        client_secret: str,
        sim_swap_url: str = "",
        number_recycling_url: str = "",
        sim_swap_scope: str = SWAP_SCOPE,
        number_recycling_scope: str = RECYCLING_SCOPE,
    ) -> None:
        if not (client_id and client_secret):
            raise ValueError("client_id and client_secret must not be empty")
        given = {
            IntelFact.SIM_SWAP: (sim_swap_url, sim_swap_scope),
            IntelFact.REASSIGNED: (number_recycling_url, number_recycling_scope),
        }
        self._roots = {
            fact: (f"{checked_url(url).rstrip('/')}/check", scope)
            for fact, (url, scope) in given.items()
            if url
        }
        if not self._roots:
            raise ValueError("sim_swap_url or number_recycling_url must be there")
        self._token_url = checked_url(token_url)
        self._authorization = basic(client_id, client_secret)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    @property
    def facts(self) -> frozenset[IntelFact]:
        """Those of the interfaces that are there."""
        return frozenset(self._roots)

    def look_up(self, query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """See NumberIntel: one request a fact, and one for each token that is too old."""
        swapped: bool | None = None
        reassigned: bool | None = None
        if IntelFact.SIM_SWAP in query.wanted:
            about = {"maxAge": query.swap_days * 24}
            said = self._check(IntelFact.SIM_SWAP, query, about, "swapped", until)
            if isinstance(said, NoAnswer):
                return said
            swapped = said
        if IntelFact.REASSIGNED in query.wanted and query.verified_on is not None:
            day = {"specifiedDate": query.verified_on.isoformat()}
            said = self._check(IntelFact.REASSIGNED, query, day, "phoneNumberRecycled", until)
            if isinstance(said, NoAnswer):
                # What is known already about the SIM card counts more than the vendor's failure.
                return said if swapped is None else NumberReport(swapped=swapped)
            reassigned = said
        return NumberReport(swapped=swapped, reassigned=reassigned)

    def _check(
        self,
        fact: IntelFact,
        query: NumberQuery,
        about: dict[str, object] | dict[str, int] | dict[str, str],
        name: str,
        until: float,
    ) -> bool | NoAnswer | None:
        url, scope = self._roots[fact]
        token = self._token(scope, until)
        if isinstance(token, NoAnswer):
            return token
        body = {"phoneNumber": query.e164, **about}
        said = ask(json_post(url, body, authorization=f"Bearer {token}"), until=until)
        if isinstance(said, NoAnswer):
            if said.fatal:
                # Tokens end before their time when an operator withdraws them.
                with self._lock:
                    self._tokens.pop(scope, None)
            return said
        return truth_of(said.get(name))

    def _token(self, scope: str, until: float) -> str | NoAnswer:
        with self._lock:
            token, ends = self._tokens.get(scope, ("", 0.0))
        if token and time.monotonic() < ends:
            return token
        request = Request(
            method="POST",
            url=self._token_url,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": self._authorization,
            },
            body=urlencode({"grant_type": "client_credentials", "scope": scope}).encode(),
        )
        said = ask(request, until=until)
        if isinstance(said, NoAnswer):
            return said
        given, lives = said.get("access_token"), said.get("expires_in")
        if not isinstance(given, str) or not _fits_a_header(given):
            return NoAnswer(reason="no token", fatal=not said)
        if isinstance(lives, int | float) and lives > EARLY:
            ends = time.monotonic() + min(float(lives), LONGEST_TOKEN) - EARLY
            with self._lock:
                self._tokens[scope] = (given, ends)
        return given


def _fits_a_header(token: str) -> bool:
    return bool(token) and all("!" <= letter <= "~" for letter in token)
