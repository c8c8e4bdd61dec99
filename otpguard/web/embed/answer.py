"""Take the code that was entered on another origin; a right one yields a reference to a claim."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from otpguard.core.reasons import AnswerReason
from otpguard.core.secrets import HiddenText
from otpguard.flows.number.answer import NumberProven, answer_number_challenge
from otpguard.forms.challenge import AnswerForm
from otpguard.http.problems import problem
from otpguard.web import messages
from otpguard.web.embed.origins import embedded
from otpguard.web.embed.tokens import ClaimReference, decrypt_challenge, encrypt_claim
from otpguard.web.number.browser import anonymous_facts


@embedded
def embed_answer(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """200 with `claim`, a reference that the page hands to the host's server; 400 with
    `attempts_left` for a code that does not count, 404 for a
    token that is not ours."""
    named = decrypt_challenge(fields.get("challenge", ""), origin=origin)
    if named is None:
        unknown = messages.REJECTED[AnswerReason.UNKNOWN]
        return problem(404, "not_found", "Not found", str(unknown))
    form = AnswerForm(fields)
    if not form.is_valid():
        wrong = str(form.errors["code"][0])
        return problem(400, "invalid_input", "A value is wrong", wrong, field="code")
    answered = answer_number_challenge(
        facts=anonymous_facts(request, named.browser),
        challenge_id=named.challenge,
        given=HiddenText(form.cleaned_data["code"]),
    )
    if not isinstance(answered, NumberProven):
        said, left = messages.rejected(answered), answered.attempts_left
        return problem(400, "code_rejected", "The code does not count", said, attempts_left=left)
    reference = ClaimReference(claim=answered.claim.pk, browser=named.browser)
    return JsonResponse({"claim": encrypt_claim(reference)})
