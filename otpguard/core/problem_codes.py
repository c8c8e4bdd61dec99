"""Every code of a problem document, with its status and when it is sent: what clients may rely on.

The reference in the docs is written from this, and so are the components of the API's schema.
"""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.decision import Reason


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """The statuses a code comes with, when it is sent, and the members it has beside the usual."""

    statuses: tuple[int, ...]
    when: str
    members: tuple[str, ...] = ()


STEP_UP = ("checkpoint", "reason", "acr", "max_age")
SUBJECT = ("action", "target", "tenant_name")
REFUSAL = ("checkpoint", "reason")

FROM_GUARDS: dict[str, ProblemCode] = {
    "step_up_required": ProblemCode(
        (401,),
        "A proof is missing, too old or too weak. Send the person to `challenge_url`. An app with"
        " tokens of its login gets `browser_url` and `call_id` instead.",
        (*STEP_UP, *SUBJECT, "challenge_url", "browser_url", "call_id"),
    ),
    "enrollment_required": ProblemCode(
        (401,),
        "The person has nothing that reaches the level. Send them to `enroll_url`.",
        (*STEP_UP, *SUBJECT, "enroll_url"),
    ),
    "insufficient_user_authentication": ProblemCode(
        (401,),
        "The sign-in that an access token states is too weak or too old. Get a token with one of"
        " `acr_values` that is at most `max_age` seconds old (RFC 9470).",
        ("checkpoint", "reason", "acr_values", "max_age"),
    ),
    "checkpoint_held": ProblemCode(
        (403,),
        "A waiting period is running until `until`; `Retry-After` says how long it takes.",
        (*REFUSAL, "until"),
    ),
    "phone_claim_required": ProblemCode(
        (403,),
        "A visitor has proven no phone number. Send them to `number_url`.",
        ("checkpoint", "number_url"),
    ),
    "number_overused": ProblemCode(
        (403,),
        "The proven number serves too many accounts. Send the visitor to `number_url`, to prove"
        " another one.",
        ("checkpoint", "number_url"),
    ),
    "identity_required": ProblemCode(
        (403,),
        "The person has not shown `part` of their identity yet. Send them to `identity_url`.",
        ("checkpoint", "part", "identity_url"),
    ),
    Reason.NOT_LOGGED_IN: ProblemCode((401,), "Nobody is logged in.", REFUSAL),
    Reason.NO_TENANT: ProblemCode((403,), "The request is about no tenant.", REFUSAL),
    Reason.NOT_A_MEMBER: ProblemCode((403,), "The person is no member of the tenant.", REFUSAL),
    Reason.USER_INACTIVE: ProblemCode((403,), "The user account is not active.", REFUSAL),
    Reason.MEMBERSHIP_INACTIVE: ProblemCode((403,), "The membership has ended.", REFUSAL),
    Reason.TENANT_INACTIVE: ProblemCode((403,), "The tenant is suspended.", REFUSAL),
    Reason.SSO_REQUIRED: ProblemCode(
        (403,),
        "The tenant takes sessions of its own identity provider only. Send the person to a"
        " `sign_in_urls`.",
        (*REFUSAL, "sign_in_urls"),
    ),
    Reason.FACTOR_NOT_ALLOWED: ProblemCode(
        (403,), "The policy takes no factor that could be set up.", REFUSAL
    ),
    Reason.ALREADY_CONTINUED: ProblemCode((409,), "A kept form was sent twice.", REFUSAL),
    Reason.BODY_TOO_LARGE: ProblemCode((413,), "The body is too large to be bound.", REFUSAL),
    Reason.BROWSER_REQUIRED: ProblemCode(
        (403,),
        "No access token opens this. Send the person to `browser_url`, to do it there.",
        (*REFUSAL, "browser_url"),
    ),
    Reason.SERVICE_TOKEN: ProblemCode(
        (403,), "The access token is of a service and not of a person.", REFUSAL
    ),
    Reason.STORE_UNAVAILABLE: ProblemCode(
        (503,), "The database does not answer. `Retry-After` says when to try again."
    ),
    "issuer_unavailable": ProblemCode(
        (503,),
        "The keys of the server that issued an access token cannot be read. `Retry-After` says when"
        " to try again.",
    ),
    Reason.ENROLLMENT_OVERDUE: ProblemCode(
        (403,),
        "A rule asks for a factor, and its deadline is over. Send the person to `enroll_url`.",
        ("enroll_url", "level", "deadline"),
    ),
}
"""From a guarded view, the API's own among them, and from EnrollmentMiddleware."""

FROM_THE_API: dict[str, ProblemCode] = {
    "invalid_input": ProblemCode(
        (400,), "A value is wrong; `field` names it, empty for the whole.", ("field",)
    ),
    "not_allowed": ProblemCode((403,), "This person may not do this, whatever they enter."),
    "not_found": ProblemCode((404,), "There is nothing of that name within the caller's reach."),
    "not_authenticated": ProblemCode((401, 403), "Nobody is logged in."),
    "authentication_failed": ProblemCode((401, 403), "What was given to log in is wrong."),
    "permission_denied": ProblemCode((403,), "The caller is no administrator here."),
    "parse_error": ProblemCode((400,), "The body cannot be read."),
    "method_not_allowed": ProblemCode((405,), "The URL does not take this method."),
    "not_acceptable": ProblemCode((406,), "The API does not speak what `Accept` asks for."),
    "unsupported_media_type": ProblemCode((415,), "Send JSON."),
    "precondition_failed": ProblemCode(
        (412,), "Somebody has changed it meanwhile; it is at `version` now.", ("version",)
    ),
    "precondition_required": ProblemCode((428,), "Send `If-Match` with the `ETag` you have read."),
    "request_in_work": ProblemCode(
        (409,), "A request with this `Idempotency-Key` is being worked on; see `Retry-After`."
    ),
    "request_differs": ProblemCode(
        (422,), "This `Idempotency-Key` came with another body before. Take a new one."
    ),
    "start_refused": ProblemCode(
        (429,), "No code is sent now; `Retry-After`, if it is there, says when to try again."
    ),
    "throttled": ProblemCode((429,), "Your project's own throttle; see `Retry-After`."),
}
"""From the API below `api/`."""

FROM_PAGES: dict[str, ProblemCode] = {
    "not_found": ProblemCode((404,), "No challenge has this reference, or it ended long ago."),
    "code_not_sent": ProblemCode(
        (429,), "A visitor gets no code now; `Retry-After`, if it is there, says when to try again."
    ),
    "too_many_requests": ProblemCode((429,), "The status of a challenge is asked for too often."),
}
"""From the status of a challenge, which the code page asks for."""

FROM_EMBEDDED_FORMS: dict[str, ProblemCode] = {
    "origin_not_allowed": ProblemCode((403,), "The page's origin is not in `EMBED_ORIGINS`."),
    "form_again": ProblemCode(
        (409,),
        "The form's token was used, is too old or is not ours. Send again with `form`; ask for a"
        " form if there is none.",
        ("form",),
    ),
    "email_first": ProblemCode(
        (403,), "Send `email` with `form` to `embed/email/`; a link there leads on.", ("form",)
    ),
    "proof_of_work": ProblemCode(
        (403,), "Solve `work`, and send again with `form`.", ("form", "work", "captcha")
    ),
    "start_refused": ProblemCode((429,), "No code is sent now; `detail` is for people.", ("form",)),
    "code_rejected": ProblemCode((400,), "The code does not count.", ("attempts_left",)),
}
"""From the URLs below `embed/`, which `otpguard-embed.js` asks."""
