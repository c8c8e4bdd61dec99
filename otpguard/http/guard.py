"""The guard as doors call it: once for each request, checkpoint and intent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.utils import timezone

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Allow, Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import display_target
from otpguard.core.send_options import SendOptions
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.checkpoint import guard, kept_form
from otpguard.flows.checkpoint.guard import AccountMovedError, IntentSource, Passed
from otpguard.flows.checkpoint.kept_form import SentForm
from otpguard.flows.tenant.single import follow_account
from otpguard.http import session
from otpguard.http.bound_values import bound_values
from otpguard.http.facts import facts_of, inner_of
from otpguard.http.guard_state import GuardState, RequestRefused, noted, state_of
from otpguard.http.intents import full_path_of, kept_form_of, source_of
from otpguard.http.marker import Marker, Methods, Timeout, reads_only, send_options_of
from otpguard.http.uncached import keep_uncached
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.directory import directory

logger = logging.getLogger("otpguard.guard")


def require(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    checkpoint: str,
    *,
    target: str = "",
    body: Any = None,  # noqa: ANN401 (whatever the view acts on)
    reads_safely: bool | None = None,
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
    form: Any = None,  # noqa: ANN401 (a form of Django's, or None)
) -> Allow:
    """Let this request pass `checkpoint`, or raise.

    Call it when the input is valid and before anything is done. `target` names what the action is
    about ("key 'ci'") on the page; `body` is what the view acts on, if not the posted form as it
    is: text, numbers, dates, files, saved rows, querysets, or lists, sets and mappings of these.

    Where the policy binds proofs to one action, it does so for every method. `reads_safely` says
    that this view only reads when it is asked by GET, HEAD, OPTIONS or TRACE; these methods then
    take any proof that is fresh. `require_safe` on the view says the same.

    `preferred_methods` are the channels that a code for this action is sent over, in order, and
    `fallback_timeout` the wait before the next one (a timedelta or seconds, 2 to 120). They come
    before what tenant and site say; a channel that the tenant's policy does not allow stays out.

    `form` is the form as it was filled in. Its labels name the fields on the page that sends it on;
    those of a class view's `form_class` or model are found without it.

    Raises RequestRefused, which the middleware turns into the challenge page or a problem document
    (503 while the store is down). Raises ImproperlyConfigured for an unknown checkpoint, channel or
    wait, or without the middleware, and TypeError for a body that holds anything else.
    """
    try:
        return _require(
            request,
            checkpoint,
            target=target,
            body=body,
            reads_safely=reads_safely,
            send_options=send_options_of(preferred_methods, fallback_timeout),
            early=False,
        )
    except RequestRefused as refused:
        refused.form = form
        raise


def enforce(request: HttpRequest, marker: Marker, kwargs: dict[str, Any]) -> None:
    """Let this request pass what its view declares, or raise, as `require` does.

    For callers before the view, with the URL's values in `kwargs`: a body is read only when the
    policy binds it.
    """
    _require(
        request,
        marker.checkpoint,
        target=marker.target_of(request, kwargs),
        body=None,
        reads_safely=marker.reads_safely,
        send_options=marker.send_options,
        early=True,
    )


def _require(
    request: Any,  # noqa: ANN401 (see require)
    checkpoint: str,
    *,
    target: str,
    body: Any,  # noqa: ANN401 (see require)
    reads_safely: bool | None,
    send_options: SendOptions,
    early: bool,
) -> Allow:
    inner = inner_of(request)
    state = state_of(inner)
    keep_uncached(inner)
    if request is not inner:
        keep_uncached(request)  # a cache between the framework and the view asks this one
    try:
        return _decide(
            request,
            inner,
            state,
            checkpoint,
            target=target,
            body=body,
            reads_safely=reads_safely,
            send_options=send_options,
            early=early,
        )
    except STORE_ERRORS:
        # Also when the user cannot be read, or a proof cannot be marked or spent: always refuse.
        logger.exception("the guard has no store at %s", checkpoint)
        raise _closed(state, checkpoint) from None


def _decide(
    request: Any,  # noqa: ANN401 (see require)
    inner: HttpRequest,
    state: GuardState,
    checkpoint: str,
    *,
    target: str,
    body: Any,  # noqa: ANN401 (see require)
    reads_safely: bool | None,
    send_options: SendOptions,
    early: bool,
) -> Allow:
    target = str(target)  # a lazy translation has no canonical form
    values = None if body is None else bound_values(body)
    tenant = directory().tenant_for(inner)
    key = (*_who(request, inner), tenant, checkpoint, target, str(reads_safely))
    if body is None and "" in state.passed.get(key, ()):
        return Allow(reason=Reason.PROVEN)
    named = checkpoint_named(checkpoint)
    facts = facts_of(request, tenant=tenant)
    if values is None and request is not inner:
        values = partial(_data, request)
    source = source_of(
        inner, facts, checkpoint=checkpoint, target=target, values=values, early=early
    )
    if body is not None and key in state.passed and source.full() in state.passed[key]:
        return Allow(reason=Reason.PROVEN)
    ask = partial(
        guard.require,
        facts=facts,
        checkpoint=named,
        intent=source,
        target=display_target(target),
        reads_safely=not facts.unsafe and reads_only(inner, declared=reads_safely),
    )
    bare = partial(_bare_ask, facts, checkpoint, source, display_target(target))
    passed = _passed(inner, state, facts, ask=ask, bare=bare, send_options=send_options)
    state.passed.setdefault(key, set()).add("" if body is None else passed.intent)
    return passed.decision


def _passed(
    request: HttpRequest,
    state: GuardState,
    facts: RequestFacts,
    *,
    ask: Callable[..., Passed],
    bare: Callable[[], Ask],
    send_options: SendOptions,
) -> Passed:
    """Ask the guard, and use up the kept form that the request sends on."""
    form_id = _kept_form_id(request, facts, state)
    if form_id is not None and kept_form.is_used(facts=facts, form_id=form_id):
        # Asked before the proof is: nobody proves anything for what was sent on already.
        raise noted(state, facts, StepUpRefused(Deny(reason=Reason.ALREADY_CONTINUED), bare()))
    form = None if form_id is None else SentForm(id=form_id, path=full_path_of(request))
    try:
        passed = _asked(ask, state, facts, form)
    except StepUpRefused as refused:
        asked = StepUpRefused(refused.decision, replace(refused.ask, send_options=send_options))
        raise noted(state, facts, asked) from None
    state.remember(passed, facts, bare)
    if form_id is not None:
        state.kept_forms.append(form_id)
    return passed


def _who(request: Any, inner: HttpRequest) -> tuple[str, ...]:  # noqa: ANN401 (see require)
    """A cheap key of who asks: a view may authenticate another user later."""
    mark = inner.session.get(session.KEY) or {}
    bearer = request is not inner and request.auth is not None
    return (str(request.user.pk), mark.get("sid", ""), str(bearer))


def _data(request: Any) -> str:  # noqa: ANN401 (see require)
    """What the framework has read from the stream; a malformed body raises its own 400."""
    return bound_values(request.data)()


def _asked(
    ask: Callable[..., Passed], state: GuardState, facts: RequestFacts, form: SentForm | None
) -> Passed:
    """Ask the guard, and once more when the membership has followed the account."""
    try:
        return ask(form=form)
    except AccountMovedError:
        # A refusal may roll back what is written in the request: then it is written after it.
        state.moved = facts
        follow_account(facts=facts)
        return ask(form=form, followed=True)


def _kept_form_id(request: HttpRequest, facts: RequestFacts, state: GuardState) -> str | None:
    """The kept form that this request sends; None after an earlier checkpoint has used it."""
    form_id = kept_form_of(request) if facts.unsafe else None
    return None if form_id in state.kept_forms else form_id


def _closed(state: GuardState, checkpoint: str) -> RequestRefused:
    """The refusal when nothing could be read, perhaps not even the user."""
    nothing_known = RequestFacts(now=timezone.now())
    ask = Ask(checkpoint=checkpoint, tenant="", user="", sid="", story=str(uuid4()), intent="")
    return noted(state, nothing_known, StepUpRefused(Deny(reason=Reason.STORE_UNAVAILABLE), ask))


def _bare_ask(facts: RequestFacts, checkpoint: str, source: IntentSource, target: str) -> Ask:
    return Ask(
        checkpoint=checkpoint,
        tenant=facts.tenant,
        user=facts.user,
        sid=facts.sid,
        story="",
        intent=source.shallow(),
        target=target,
    )
