"""The guard as doors call it for a request that shows an access token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils import timezone

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Allow, Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.by_token import SaidByToken
from otpguard.core.intent import display_target
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.federation.access_token import AccessToken
from otpguard.flows.checkpoint.by_token import ShownToken, require_by_token
from otpguard.flows.checkpoint.guard import AccountMovedError, Passed
from otpguard.flows.tenant.single import follow_account
from otpguard.http.bearer.caller import TokenCaller
from otpguard.http.bearer.responses import token_refusal
from otpguard.http.facts import facts_from, inner_of
from otpguard.http.guard_state import GuardState, noted, state_of
from otpguard.http.marker import reads_only
from otpguard.http.uncached import keep_uncached
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.guard")


def require_token(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    caller: TokenCaller,
    checkpoint: str,
    *,
    target: str = "",
    reads_safely: bool | None = None,
    browser_url: str = "/",
) -> Allow:
    """Let this request pass `checkpoint` by its access token, or raise RequestRefused with the
    answer, which the middleware gives. `browser_url` is where a person does the action in a
    browser, for what no token opens. The rest is as for `otpguard.require`."""
    inner = inner_of(request)
    state = state_of(inner)
    keep_uncached(inner)
    facts: RequestFacts | None = None
    try:
        facts = facts_from(inner, user=caller.user, bearer=True)
        ask = partial(
            require_by_token,
            facts=facts,
            checkpoint=checkpoint_named(checkpoint),
            token=_shown(caller.token),
            target=display_target(str(target)),
            reads_safely=not facts.unsafe and reads_only(inner, declared=reads_safely),
        )
        passed = _asked(ask, state, facts)
    except StepUpRefused as refused:
        said = refused
    except STORE_ERRORS:
        logger.exception("the guard has no store at %s", checkpoint)
        said = StepUpRefused(Deny(reason=Reason.STORE_UNAVAILABLE), _ask(facts, checkpoint))
    else:
        state.remember(passed, facts, partial(_ask, facts, checkpoint))
        return passed.decision
    made = noted(state, facts or RequestFacts(now=timezone.now()), said)
    made.answer = token_refusal(
        inner,
        said.decision,
        checkpoint=checkpoint,
        token=caller.token,
        browser_url=browser_url,
    )
    raise made


def _asked(ask: Callable[..., Passed], state: GuardState, facts: RequestFacts) -> Passed:
    """Ask the guard, and once more when the membership has followed the account."""
    try:
        return ask()
    except AccountMovedError:
        state.moved = facts
        follow_account(facts=facts)
        return ask(followed=True)


def _shown(token: AccessToken) -> ShownToken | None:
    if not token.subject:
        return None
    said = SaidByToken(
        acr=token.acr, accepted=token.issuer.acr, authenticated_at=token.authenticated_at
    )
    return ShownToken(id=token.id, said=said)


def _ask(facts: RequestFacts | None, checkpoint: str) -> Ask:
    tenant, user = (facts.tenant, facts.user) if facts else ("", "")
    return Ask(checkpoint=checkpoint, tenant=tenant, user=user, sid="", story="")
