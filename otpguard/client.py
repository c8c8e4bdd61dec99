"""Call the verification API of a site that runs otpguard, from any Python program.

    client = VerificationClient("https://app.example.com/security/api/", key=KEY)
    started = client.start("+12015550123", client_ip=request_ip, action="payout")
    ...
    if client.check(started.id, code).verified: ...

Needs the standard library alone, no Django and no settings. A client is safe to share by threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener
from uuid import uuid4

MOST_BYTES = 65_536
TIMEOUT = 10.0
TRIES = 2
"""How often a start is sent: it has a key of its own, so no second code goes out."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_AGAIN = frozenset({409, 503})


class ServiceError(Exception):
    """A call came to nothing. `status` is 0 where there was no answer. `code` is the problem's own,
    such as "start_refused"; `retry_after` is in seconds, 0 if it was not said."""

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", retry_after: int = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationState:
    """One verification: `state` is open, verified, canceled, exhausted or expired.
    `requires_step_up` says that its action takes more than a proven number. `attempts_left` is how
    many codes may still be entered."""

    id: str
    state: str
    channel: str
    action: str
    requires_step_up: bool
    attempts_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAnswer:
    """What came of a code: `verified` is true once, for the right one; else `reason` says why."""

    verified: bool
    reason: str
    attempts_left: int


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(  # noqa: PLR0917 (the base's signature)
        self,
        req: Request,  # noqa: ARG002 (the base's signature)
        fp: IO[bytes],  # noqa: ARG002 (the same)
        code: int,  # noqa: ARG002 (the same)
        msg: str,  # noqa: ARG002 (the same)
        headers: HTTPMessage,  # noqa: ARG002 (the same)
        newurl: str,  # noqa: ARG002 (the same)
    ) -> Request | None:
        """None: the redirect itself is the answer."""
        return None


class VerificationClient:
    """Calls by one key. `url` is where the site has mounted the API, such as
    "https://app.example.com/security/api/"; `timeout` is that of each call, in seconds.

    Raises ValueError for a URL that is not https, except on this machine, or an empty key.
    """

    def __init__(self, url: str, *, key: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in _LOCAL
        if not parts.hostname or not (parts.scheme == "https" or is_local):
            raise ValueError("the URL must begin with https://")
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError("a key is needed")
        self._base = f"{url.rstrip('/')}/verifications/"
        self._key = key
        self._timeout = timeout
        self._opener: OpenerDirector = build_opener(_NoRedirect)

    def __repr__(self) -> str:
        return f"<VerificationClient of {self._base}>"

    def start(
        self,
        to: str,
        *,
        region: str = "",
        action: str = "",
        preferred_methods: Sequence[str] = (),
        fallback_timeout: int | None = None,
        client_ip: str = "",
        user_agent: str = "",
        user: str = "",
        request_key: str = "",
    ) -> VerificationState:
        """Have a code sent to the number `to`.

        `client_ip` and `user_agent` are the person's: caps count by them. `fallback_timeout` is in
        seconds. `request_key` names this request if you may send it twice yourself; one is made
        otherwise. Without an answer, or while the same request is in work, it is sent once more.
        Raises ServiceError.
        """
        context = _given(client_ip=client_ip, user_agent=user_agent)
        metadata = _given(user=user, session_context=context)
        body = _given(
            to=to,
            region=region,
            action=action,
            preferred_methods=list(preferred_methods),
            fallback_timeout=fallback_timeout,
            audit_metadata=metadata,
        )
        headers = {"Idempotency-Key": request_key or str(uuid4())}
        for _again in range(TRIES - 1):
            try:
                return _state(self._call("POST", "", body, headers))
            except ServiceError as error:
                if error.status and error.status not in _AGAIN:
                    raise
        return _state(self._call("POST", "", body, headers))

    def check(self, verification_id: str, code: str) -> CodeAnswer:
        """Check what a person has entered. It is sent once: each call is a try. Raises
        ServiceError."""
        found = self._call("POST", f"{quote(verification_id, safe='')}/check/", {"code": code})
        return CodeAnswer(
            verified=found.get("verified") is True,
            reason=str(found.get("reason") or ""),
            attempts_left=int(found.get("attempts_left") or 0),
        )

    def read(self, verification_id: str) -> VerificationState:
        """How a verification stands. Raises ServiceError."""
        return _state(self._call("GET", f"{quote(verification_id, safe='')}/"))

    def cancel(self, verification_id: str) -> VerificationState:
        """Give one up; one that had ended stays as it was. Raises ServiceError."""
        return _state(self._call("POST", f"{quote(verification_id, safe='')}/cancel/", {}))

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        request = Request(  # noqa: S310 (the scheme was checked)
            self._base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._key}",
                "Accept": "application/json",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return _document(answer.read(MOST_BYTES + 1))
        except HTTPError as error:
            with error:
                raise _problem(error) from None
        except (OSError, HTTPException) as error:
            raise ServiceError(f"no answer: {type(error).__name__}") from None


def _given(**values: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON values)
    """Those that were said."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _document(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > MOST_BYTES:
        raise ServiceError("the answer is too long")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ServiceError("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise ServiceError("the answer is no JSON object")
    return found


def _problem(error: HTTPError) -> ServiceError:
    try:
        told = _document(error.read(MOST_BYTES + 1))
    except (ServiceError, OSError, HTTPException):
        told = {}
    wait = error.headers.get("Retry-After", "")
    return ServiceError(
        str(told.get("title") or f"the answer is {error.code}"),
        status=error.code,
        code=str(told.get("code") or ""),
        retry_after=int(wait) if wait.isascii() and wait.isdecimal() else 0,
    )


def _state(found: Mapping[str, Any]) -> VerificationState:
    try:
        return VerificationState(
            id=str(found["id"]),
            state=str(found["state"]),
            channel=str(found["channel"]),
            action=str(found["action"]),
            requires_step_up=bool(found["requires_step_up"]),
            attempts_left=int(found["attempts_left"]),
        )
    except (KeyError, TypeError, ValueError):
        raise ServiceError("the answer is not that of a verification") from None
