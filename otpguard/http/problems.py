"""Refusals for machines: problem documents (RFC 9457) with the header of RFC 9470."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from django.utils import timezone

from otpguard.core.decision import Deny, Reason, Refusal, RequireChallenge, RequireEnrollment, Wait
from otpguard.http.uncached import uncached
from otpguard.labels import LEVELS, reason_text

STATUS_OF: dict[Reason, int] = {
    Reason.NOT_LOGGED_IN: 401,
    Reason.ALREADY_CONTINUED: 409,
    Reason.BODY_TOO_LARGE: 413,
    Reason.STORE_UNAVAILABLE: 503,
}
RETRY_SECONDS = 5

# Python 3.13 took up RFC 9110's words for these; before, it says those of RFC 7231 and 4918.
_SINCE_RFC_9110 = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def status_phrase(status: int) -> str:
    """RFC 9110's words for a status, the same under every Python. Raises `ValueError` for none."""
    return _SINCE_RFC_9110.get(status) or HTTPStatus(status).phrase


def problem(
    status: int,
    code: str,
    title: str,
    detail: str = "",
    **more: Any,  # noqa: ANN401 (JSON values)
) -> JsonResponse:
    """A problem document. `code` is stable; `title` and `detail` are for people."""
    document = {
        "type": f"urn:otpguard:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    response = JsonResponse(document, status=status, content_type="application/problem+json")
    return uncached(response)


def refusal_problem(
    decision: Refusal,
    *,
    checkpoint: str,
    url: str,
    subject: Mapping[str, Any],
    in_browser: bool = False,
) -> JsonResponse:
    """The problem document of a refusal; `url` is where a person can act, for an app `in_browser`,
    and `subject` what a dialog names: `action`, `target` and `tenant_name`, or `sign_in_urls`."""
    reason, common = _common(decision, checkpoint)
    match decision:
        case RequireChallenge() | RequireEnrollment():
            enroll = isinstance(decision, RequireEnrollment)
            response = problem(
                401,
                "enrollment_required" if enroll else "step_up_required",
                "Step-up authentication required",
                f"{reason} This action needs {LEVELS[decision.level]}.",
                **common,
                acr=decision.level.name,
                max_age=int(decision.ttl.total_seconds()),
                **{_name_of_url(enroll=enroll, in_browser=in_browser): url},
                **subject,
            )
            response["WWW-Authenticate"] = _insufficient(decision)
        case Wait():
            response = problem(
                403,
                "checkpoint_held",
                "A waiting period is running",
                reason,
                **common,
                until=decision.until.isoformat(),
            )
            left = int((decision.until - timezone.now()).total_seconds())
            response["Retry-After"] = str(max(1, left))
        case Deny():
            status, code = STATUS_OF.get(decision.reason, 403), str(decision.reason)
            response = problem(status, code, "Request refused", reason, **common, **subject)
            if decision.reason is Reason.STORE_UNAVAILABLE:
                response["Retry-After"] = str(RETRY_SECONDS)
            if status == STATUS_OF[Reason.NOT_LOGGED_IN]:
                response["WWW-Authenticate"] = 'Session realm="login"'
    return response


def _common(decision: Refusal, checkpoint: str) -> tuple[str, dict[str, str]]:
    said = {"checkpoint": checkpoint, "reason": str(decision.reason)}
    return str(reason_text(decision.reason)), said


def _name_of_url(*, enroll: bool, in_browser: bool) -> str:
    if in_browser:
        return "browser_url"
    return "enroll_url" if enroll else "challenge_url"


def _insufficient(decision: RequireChallenge | RequireEnrollment) -> str:
    """The header of RFC 9470, section 3."""
    return (
        'Bearer error="insufficient_user_authentication",'
        ' error_description="A stronger or more recent authentication is required",'
        f' acr_values="{decision.level.name}",'
        f" max_age={int(decision.ttl.total_seconds())}"
    )


def wants_problem(request: Any) -> bool:  # noqa: ANN401 (read by headers only)
    """True for a client that cannot follow a page: htmx, fetch, anything that sends or asks JSON.

    A browser that navigates says so (Sec-Fetch-Mode) or at least accepts HTML.
    """
    headers = request.headers
    if "HX-Request" in headers or headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    if request.content_type == "application/json":
        return True
    mode = headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return bool(mode != "navigate")
    return "text/html" not in headers.get("Accept", "")


def asks_for_json(request: Any) -> bool:  # noqa: ANN401 (read by headers only)
    """True for a client that says it reads JSON and not HTML: for pages that people see as well."""
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted
