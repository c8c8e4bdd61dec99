"""Use a number that was proven on another origin: the porch for hosts."""

from __future__ import annotations

from typing import Any

from otpguard.core.phone import PhoneNumber
from otpguard.exceptions import ClaimRefused
from otpguard.flows.number.claim import find_claim_by_id, use_claim
from otpguard.http.facts import inner_of
from otpguard.web.embed.tokens import decrypt_claim
from otpguard.web.number.browser import anonymous_facts


def use_claim_reference(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    checkpoint: str,
    reference: str,
    *,
    user: object = None,
) -> PhoneNumber:
    """Use the number that an embedded form has proven for `checkpoint`, once.

    `reference` is what the form sent in `otpguard_claim`. Call it in the transaction that stores
    the number: if that is rolled back, the claim can be used again. `user` is the account, or its
    key, that the number goes into; with it the claim is deleted. Returns the number: `.e164` is in
    clear, its repr masked.

    Raises ClaimRefused for a reference that was made up, used or is older than half an hour, and
    for a claim of another tenant or checkpoint; StoreUnavailable.
    """
    named = decrypt_claim(reference)
    if named is None:
        raise ClaimRefused(checkpoint)
    facts = anonymous_facts(inner_of(request), named.browser)
    claim = find_claim_by_id(facts=facts, checkpoint=checkpoint, claim_id=named.claim)
    if claim is None:
        raise ClaimRefused(checkpoint)
    return use_claim(facts=facts, claim=claim, user=getattr(user, "pk", user))
