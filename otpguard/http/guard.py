"""The guard as doors call it: once for each request, checkpoint and intent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Allow, Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import display
from otpguard.core.sending import Sending
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows import guard, resume
from otpguard.flows.guard import IntentSource, Passed
from otpguard.flows.refuse import Noted, note, write
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.http.intents import HELD, address_of, source_of
from otpguard.http.marker import Marker, Methods, Timeout, sending_of
from otpguard.tenants.directory import directory

STATE = "_otpguard"


@dataclass(slots=True)
class GuardState:
    """What happened to one request: kept on it for the middleware to finish."""

    passed: set[tuple[str, ...]] = field(default_factory=set)
    noted: list[Noted] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def remember(self, passed: Passed, facts: RequestFacts, ask: Callable[[], Ask]) -> None:
        """Keep what a pass cost, and what report-only mode did not carry out."""
        if passed.spent:
            self.spent.append(passed.spent)
        if passed.reported is not None:
            noted = note(facts=facts, decision=passed.reported, ask=ask(), carried_out=False)
            self.noted.append(noted)

    def write(self) -> None:
        """Write what was noted. To be called when every transaction of the view has ended."""
        while self.noted:
            write(self.noted.pop(0))


class RequestRefused(StepUpRefused):
    """A refusal together with the facts it was decided on, for the door that translates it.

    It is noted for the log when it is raised, so a view that swallows it hides nothing.
    """

    def __init__(self, noted: Noted) -> None:
        super().__init__(noted.decision, noted.ask)
        self.facts = noted.facts


def require(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    checkpoint: str,
    *,
    target: str = "",
    body: Any = None,  # noqa: ANN401 (whatever the view acts on)
    binds: bool | None = None,
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
) -> Allow:
    """Let this request pass `checkpoint`, or raise.

    Call it when the input is valid and before anything is done. `target` names what the action is
    about ("key 'ci'") on the page; `body` is what the view acts on, if not the posted form as it
    is. `binds` makes a GET bind as well.

    `preferred_methods` are the channels that a code for this action is sent over, in order, and
    `fallback_timeout` the wait before the next one (a timedelta or seconds, 2 to 120). They come
    before what tenant and site say; a channel that the tenant's policy does not allow stays out.

    Raises RequestRefused, which the middleware turns into the challenge page or a problem
    document, and ImproperlyConfigured for an unknown checkpoint, a channel or wait that there is
    not, or without the middleware.
    """
    return _require(
        request,
        checkpoint,
        target=target,
        body=body,
        binds=binds,
        sending=sending_of(preferred_methods, fallback_timeout),
        early=False,
    )


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
        binds=marker.binds,
        sending=marker.sending,
        early=True,
    )


def _require(
    request: Any,  # noqa: ANN401 (see require)
    checkpoint: str,
    *,
    target: str,
    body: Any,  # noqa: ANN401 (see require)
    binds: bool | None,
    sending: Sending,
    early: bool,
) -> Allow:
    inner: HttpRequest = getattr(request, "_request", request)
    state = state_of(inner)
    about = display(target)
    given = repr(body) if body is not None else ""
    key = (*_who(request, inner), checkpoint, about, given, str(binds))
    if key in state.passed:
        return Allow(reason=Reason.PROVEN)
    named = checkpoint_named(checkpoint)
    facts = _facts(request, inner)
    if body is None and request is not inner and facts.unsafe:
        body = request.data  # the framework has read the stream; a malformed body raises its 400
    source = source_of(inner, facts, checkpoint=checkpoint, target=about, body=body, early=early)
    bare = partial(_bare_ask, facts, checkpoint, source, about)
    held = _held(inner, facts, state)
    if held is not None and resume.is_used(facts=facts, held_id=held):
        _refuse_held(state, facts, bare())
    try:
        passed = guard.require(
            facts=facts, checkpoint=named, intent=source, target=about, binds=binds
        )
    except StepUpRefused as refused:
        asked = StepUpRefused(refused.decision, replace(refused.ask, sending=sending))
        raise _noted(state, facts, asked) from None
    state.remember(passed, facts, bare)
    if held is not None:
        address = address_of(inner)
        if not resume.consume(facts=facts, held_id=held, path=address, checkpoint=checkpoint):
            _refuse_held(state, facts, bare())
        state.held.append(held)
    state.passed.add(key)
    return passed.decision


def state_of(request: HttpRequest) -> GuardState:
    """The state on the request, made at first use. Raises ImproperlyConfigured without ours."""
    if STATE not in request.__dict__:
        raise ImproperlyConfigured(
            "otpguard guards nothing without its middleware: add"
            ' "otpguard.middleware.OtpguardMiddleware" to MIDDLEWARE (otpguard.E010)'
        )
    state: GuardState | None = request.__dict__[STATE]
    if state is None:
        state = request.__dict__[STATE] = GuardState()
    return state


def _who(request: Any, inner: HttpRequest) -> tuple[str, ...]:  # noqa: ANN401 (see require)
    """Who asks, as cheaply as can be told: a view may find out that it is somebody else."""
    mark = inner.session.get(session.KEY) or {}
    bearer = request is not inner and request.auth is not None
    return (str(request.user.pk), directory().tenant_for(inner), mark.get("sid", ""), str(bearer))


def _facts(request: Any, inner: HttpRequest) -> RequestFacts:  # noqa: ANN401 (see require)
    if request is inner:
        return facts_from(inner)
    # A framework that authenticates by itself: only its session authentication leaves no `auth`.
    return facts_from(inner, user=request.user, bearer=request.auth is not None)


def _held(request: HttpRequest, facts: RequestFacts, state: GuardState) -> str | None:
    """The kept form that this request sends on; None once an earlier checkpoint has taken it."""
    held = request.GET.get(HELD) if facts.unsafe and request.META.get("QUERY_STRING") else None
    return None if held in state.held else held


def _refuse_held(state: GuardState, facts: RequestFacts, ask: Ask) -> NoReturn:
    raise _noted(state, facts, StepUpRefused(Deny(reason=Reason.ALREADY_CONTINUED), ask))


def _noted(state: GuardState, facts: RequestFacts, refused: StepUpRefused) -> RequestRefused:
    noted = note(facts=facts, decision=refused.decision, ask=refused.ask)
    state.noted.append(noted)
    return RequestRefused(noted)


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
