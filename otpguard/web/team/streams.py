"""Event streams of the organization: set up, tested, paused, removed; what a receiver refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.siem.sinks import Sink
from otpguard.exceptions import InvalidInput
from otpguard.flows.siem.stream_change import (
    create_stream,
    pause_stream,
    remove_stream,
    replace_secret,
    replay_refused,
    resume_stream,
    send_test_event,
)
from otpguard.flows.siem.stream_fields import host_of
from otpguard.forms.errors import add_input_error
from otpguard.forms.team.stream import TeamStreamForm
from otpguard.http.guard import require
from otpguard.labels import Text
from otpguard.models import DeadLetter, LogStream, Tenant
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page

CHECKPOINT = "security_settings"
REASON = "by an administrator of the organization"
SHOWN = 20
"""So many refused events, the newest."""

Change = Callable[..., Any]
CHANGES: dict[str, tuple[Text, Change, str]] = {
    "test": (_("send a test event: %s"), send_test_event, "stream_tested"),
    "pause": (_("pause the event stream: %s"), pause_stream, "stream_paused"),
    "resume": (_("continue the event stream: %s"), resume_stream, "stream_resumed"),
    "replay": (_("send refused events again: %s"), replay_refused, "stream_replayed"),
    "secret": (_("replace the secret of the event stream: %s"), replace_secret, ""),
    "remove": (_("remove the event stream: %s"), remove_stream, "stream_removed"),
}
"""What can be done with a stream: what the step-up names, the flow, and what the page says then."""
_WITH_REASON = frozenset({"pause", "remove"})


@team_page
@require_safe
def streams(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The streams of the tenant and how they go. Reads only."""
    rows = _rows(facts).annotate(refused=Count("dead_letters"))
    return show(request, "streams", lines=[(row, host_of(row)) for row in rows])


@team_page
@sensitive_post_parameters("secret")
@sensitive_variables()
def add_stream(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The form of a new stream; a POST sets it up, after a proof, and shows a secret this once."""
    if request.method != "POST":
        return show(request, "stream_form", here="streams", form=TeamStreamForm())
    form = TeamStreamForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    about = {name: value for name, value in form.cleaned_data.items() if name != "secret"}
    target = _("send events to: %s") % form.cleaned_data["url"]
    require(request, CHECKPOINT, target=target, body=about, form=form)
    tenant = Tenant.objects.get(pk=facts.tenant)
    try:
        made = create_stream(facts=facts, tenant=tenant, **form.values)
    except InvalidInput as bad:
        add_input_error(form, bad)
        return _wrong(request, form)
    if not made.secret:
        return on_to(_url(made.stream), "stream_added")
    return _show_secret(request, made.stream, made.secret)


@team_page
@require_safe
def stream(request: HttpRequest, facts: RequestFacts, stream_id: UUID) -> HttpResponse:
    """One stream: how far it is, and what its receiver has refused. Reads only."""
    row = _rows(facts).filter(pk=stream_id).first()
    if row is None:
        return not_found(request)
    letters = DeadLetter.objects.filter(stream=row)
    return show(
        request,
        "stream",
        here="streams",
        row=row,
        host=host_of(row),
        is_signed=Sink(row.sink).is_signed,
        refused=letters.count(),
        waiting=letters.filter(replay_at=None).exists(),
        letters=list(letters[:SHOWN]),
    )


@team_page
@require_POST
@sensitive_variables()
def change_stream(
    request: HttpRequest, facts: RequestFacts, stream_id: UUID, change: str
) -> HttpResponse:
    """Do one of CHANGES, after a proof; a new secret is shown this once."""
    row = _rows(facts).filter(pk=stream_id).first()
    if row is None or change not in CHANGES:
        return not_found(request)
    text, run, said = CHANGES[change]
    about = {"stream": row.pk, "change": change}
    require(request, CHECKPOINT, target=str(text) % row.name, body=about)
    known = {"reason": REASON} if change in _WITH_REASON else {}
    try:
        made = run(facts=facts, stream=row, **known)
    except InvalidInput:
        return not_found(request)
    if change == "secret":
        return _show_secret(request, row, made)
    return on_to(reverse("otpguard:team-streams") if change == "remove" else _url(row), said)


def _rows(facts: RequestFacts) -> QuerySet[LogStream]:
    return LogStream.objects.filter(Q(tenant=facts.tenant)).select_related("tenant")


def _url(row: LogStream) -> str:
    return reverse("otpguard:team-stream", args=[row.pk])


def _show_secret(request: HttpRequest, row: LogStream, secret: str) -> HttpResponse:
    context = {"name": row.name, "secret": secret, "back": _url(row)}
    context["support_url"] = settings().support_url
    return render(request, "otpguard/team/secret.html", context)


def _wrong(request: HttpRequest, form: TeamStreamForm) -> HttpResponse:
    error = next(str(each[0]) for each in form.errors.values())
    return show(request, "stream_form", here="streams", status=400, error=error, form=form)
