"""Problem documents as components of the API's description, written from the catalog of codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from otpguard.core.problem_codes import FROM_GUARDS, FROM_THE_API, ProblemCode
from otpguard.http.problems import status_phrase

PROBLEM = "OtpguardProblem"
PROBLEM_TYPE = "application/problem+json"
WITH_RETRY_AFTER = frozenset({403, 429, 503})

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_URL = {"type": "string", "format": "uri"}
MEMBERS: dict[str, dict[str, Any]] = {
    "type": {**_TEXT, "description": "`urn:otpguard:problem:` and the code."},
    "title": {**_TEXT, "description": "For people; it may change."},
    "status": {"type": "integer"},
    "detail": {**_TEXT, "description": "For people; it may change."},
    "code": {**_TEXT, "description": "Stable."},
    "checkpoint": {**_TEXT, "description": "What was guarded."},
    "reason": {**_TEXT, "description": "Why a guard refused."},
    "acr": {**_TEXT, "description": "The level that is needed, such as `AAL2`."},
    "max_age": {"type": "integer", "description": "How old a proof may be, in seconds."},
    "action": {**_TEXT, "description": "What was asked for, in words."},
    "target": {**_TEXT, "description": "What it is about; empty if the view did not say."},
    "tenant_name": {**_TEXT, "description": "In which organization; empty for none."},
    "challenge_url": {**_URL, "description": "Where a person proves who they are."},
    "enroll_url": {**_URL, "description": "Where a person sets up a factor."},
    "acr_values": {**_TEXT, "description": "The levels one of which the token must state."},
    "browser_url": {**_URL, "description": "Where the person does it in a browser."},
    "call_id": {**_TEXT, "description": "What an app keeps, and shows with its code."},
    "sign_in_urls": {
        "type": "array",
        "items": _URL,
        "description": "Where the person signs in at the organization's own provider.",
    },
    "number_url": {**_URL, "description": "Where a visitor proves a phone number."},
    "until": {**_TIME, "description": "When the waiting period ends."},
    "part": {**_TEXT, "description": "What of their identity a person has not shown yet."},
    "identity_url": {**_URL, "description": "Where a person shows it."},
    "field": {**_TEXT, "description": "The value that is wrong; empty for the whole."},
    "level": {**_TEXT, "nullable": True, "description": "What a rule asks for; null for any."},
    "deadline": _TIME,
    "version": {"type": "integer", "description": "Of what somebody has changed meanwhile."},
}
USUAL = ("type", "title", "status", "detail", "code")
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": MEMBERS,
    "required": list(USUAL),
}


def status_name(status: int) -> str:
    """The name of the component for one status."""
    return f"{PROBLEM}{status}"


def problem_response(status: int) -> dict[str, Any]:
    """The response component for one status: a problem document, and which codes it may have."""
    codes = {**FROM_GUARDS, **FROM_THE_API}
    listed = [_line(code, kind) for code, kind in codes.items() if status in kind.statuses]
    response: dict[str, Any] = {
        "description": "\n".join([f"{status_phrase(status)}:", "", *listed]),
        "content": {PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}},
    }
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"schema": _TEXT, "description": "As RFC 9470 says."}
    if status in WITH_RETRY_AFTER:
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds."}
    return {**response, "headers": headers} if headers else response


def _line(code: str, kind: ProblemCode) -> str:
    return f"- `{code}`: {kind.when}"
