"""The audit log: read, filtered, followed by story. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from otpguard.account import search_columns
from otpguard.admin.audit.export import ExportEvents
from otpguard.admin.audit.log_views import VIEW, record_log_read
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, checkpoint_text
from otpguard.admin.lists.filters import (
    CheckpointFilter,
    KindFilter,
    StoryFilter,
    TenantFilter,
    TimeFilter,
)
from otpguard.admin.tables.detail_labels import detail_label
from otpguard.admin.tables.event_details import Names, Read, names_of, read_event
from otpguard.audit.private import load_subjects
from otpguard.core.host_event import field_labels, known_event
from otpguard.core.uuid7 import time_of
from otpguard.flows.audit.prove import ProofState, prove_event
from otpguard.http.audit.event_proof import program_file, proof_file, proof_text
from otpguard.http.guard import require
from otpguard.http.uncached import uncached
from otpguard.labels import Text, event_label
from otpguard.models import Event

DOWNLOAD, PROGRAM = _("Proof"), _("Program for auditors")
USERS_FOUND = 50


class EventList(ChangeList):
    """A page of events with the names they need, read in one statement a table."""

    def get_results(self, request: HttpRequest) -> None:
        """Attach what each row says to the row."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        attach_details(self.result_list)


def attach_details(rows: Iterable[Any]) -> None:
    """Give each row `said`: its body, its private part, names and whether it is genuine."""
    rows = list(rows)
    load_subjects(rows)
    names = names_of(rows)
    for row in rows:
        row.said = read_event(row)
        row.names = names


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events, the newest first; one story in the order it happened."""

    list_per_page = 100
    list_max_show_all = 100
    object_actions = (ExportEvents,)
    titled_by = ("event", "time")
    list_display = (
        "time",
        "people",
        "what",
        "origin",
        "tenant",
        "details",
        "story_link",
    )
    list_display_links = ("time",)
    list_filter = (TimeFilter, KindFilter, CheckpointFilter, TenantFilter, StoryFilter)
    search_fields = ("story",)
    search_help_text = _("The id of a story or a user, or a username: the actor or the subject.")
    fields = (
        "time",
        "event",
        "tenant",
        "checkpoint_name",
        "actor",
        "subject",
        "target",
        "client_ip",
        "device",
        "details",
        "story_link",
        "genuine",
        "in_log",
        "key_id",
    )

    def get_changelist(self, request: HttpRequest, **_more: Any) -> type[ChangeList]:  # noqa: ANN401, ARG002 (Django's signature)
        """The list that knows names."""
        return EventList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ANN401 (Django's signature)
        """The list, where the policy lets it be seen; that it was seen is an event itself."""
        require(request, VIEW, target=str(_("the audit log")), reads_safely=True)
        program = [(PROGRAM, self.url_of("otpguard_event_verifier"))]
        response = super().changelist_view(
            request, {**(extra_context or {}), "object_links": program}
        )
        shown = (getattr(response, "context_data", None) or {}).get("cl")
        if shown is not None:
            record_log_read(request, len(shown.result_list))
        return response

    def change_view(self, request: HttpRequest, object_id: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """One event, as the list."""
        require(request, VIEW, target=str(_("the audit log")), reads_safely=True)
        response = super().change_view(request, object_id, *more, **named)
        if getattr(response, "context_data", None):
            record_log_read(request, 1)
        return response

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """By the key, which is by time."""
        return ("id",) if request.GET.get("story") else ("-id",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:  # noqa: ANN401 (Django's signature)
        """One event with its names."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            attach_details([found])
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """By the id of a story, or by its actor or subject."""
        term = search_term.strip()
        if not term:
            return super().get_search_results(request, queryset, "")
        who = Q(actor_ref=term) | Q(subject_ref=term)
        named = Q()
        for column in search_columns(get_user_model()):
            named |= Q(**{f"{column}__istartswith": term})
        every = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
        people = every.filter(named) if named else every.none()
        for pk in people.values_list("pk", flat=True)[:USERS_FOUND]:
            who |= Q(actor_ref=str(pk)) | Q(subject_ref=str(pk))
        with suppress(ValueError):
            who |= Q(story=UUID(term))
        return queryset.filter(who), False

    def links(self, _request: HttpRequest, obj: Any) -> list[tuple[Text, str]]:  # noqa: ANN401 (an attached row)
        """The whole story, and the proof to download."""
        story = [(_("Story"), self.list_url("event", story=obj.story))] if obj.story else []
        proof = prove_event(obj).state is ProofState.HOLDS
        name = "otpguard_event_proof"
        return [*story, *([(DOWNLOAD, self.url_of(name, obj.pk))] if proof else [])]

    def get_urls(self) -> list[URLPattern]:
        """The proof of one event, and the program for auditors, before Django's own."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/proof/", wrap(self.proof_view), name="otpguard_event_proof"),
            path("program/", wrap(self.program_view), name="otpguard_event_verifier"),
            *super().get_urls(),
        ]

    def program_view(self, request: HttpRequest) -> HttpResponse:
        """The program that checks an export with proofs, as one file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return uncached(program_file())

    def proof_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """A zip with the event and what shows that it is in the signed log."""
        obj = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        proof = prove_event(obj) if obj is not None else None
        if obj is None or proof is None or proof.state is not ProofState.HOLDS:
            raise Http404
        return uncached(proof_file(obj, proof))

    @admin.display(description=_("time"))
    def time(self, obj: Event) -> str:
        """From the id, to the second."""
        return date_format(localtime(time_of(obj.pk)), "Y-m-d H:i:s")

    @admin.display(description=_("event"))
    def event(self, obj: Event) -> str:
        """The label of the catalog."""
        return str(event_label(obj.kind))

    @admin.display(description=_("organization"))
    def tenant(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """The tenant's name."""
        names: Names = obj.names
        return names.tenant(obj.tenant_id) or NOTHING

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: Event) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint) if obj.checkpoint else NOTHING

    @admin.display(description=_("by"))
    def actor(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """Who did it."""
        names: Names = obj.names
        return names.user(obj.actor_ref) or NOTHING

    @admin.display(description=_("about"))
    def subject(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """The person whose account it concerns."""
        names: Names = obj.names
        return names.user(obj.subject_ref) or NOTHING

    @admin.display(description=_("target"))
    def target(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """What the action was about."""
        return _said(obj).personal.get("target") or NOTHING

    @admin.display(description=_("IP address"))
    def client_ip(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """Where it came from, with its network where that was known."""
        said = _said(obj).personal
        asn, country = said.get("asn", ""), said.get("country", "")
        network = " ".join(each for each in (f"AS{asn}" if asn else "", country) if each)
        ip = said.get("client_ip", "")
        return f"{ip} ({network})" if ip and network else ip or NOTHING

    @admin.display(description=_("device"))
    def device(self, obj: Any) -> str:  # noqa: ANN401 (an attached row)
        """What it was done with; a visitor's by the digest that their form showed as well."""
        said = _said(obj).personal
        shown = (said.get("agent"), said.get("fingerprint"))
        return " · ".join(each for each in shown if each) or NOTHING

    @admin.display(description=_("what"))
    def what(self, obj: Any) -> SafeString:  # noqa: ANN401 (an attached row)
        """The event, the checkpoint and what it was about; a warning if the MAC does not fit."""
        return _stacked(
            self.event(obj),
            checkpoint_text(obj.checkpoint) if obj.checkpoint else "",
            _said(obj).personal.get("target"),
            _warning(_said(obj).genuine),
        )

    @admin.display(description=_("who"))
    def people(self, obj: Any) -> SafeString:  # noqa: ANN401 (an attached row)
        """The actor, and the subject if that is somebody else."""
        names: Names = obj.names
        about = f"→ {names.user(obj.subject_ref)}" if obj.subject_ref else ""
        return _stacked(
            names.user(obj.actor_ref), about if obj.subject_ref != obj.actor_ref else ""
        )

    @admin.display(description=_("from"))
    def origin(self, obj: Any) -> SafeString:  # noqa: ANN401 (an attached row)
        """IP address and device."""
        personal = _said(obj).personal
        return _stacked(personal.get("client_ip"), personal.get("agent"))

    @admin.display(description=_("details"))
    def details(self, obj: Any) -> SafeString | str:  # noqa: ANN401 (an attached row)
        """The event's own fields."""
        own = field_labels(known_event(obj.kind))
        lines = [
            (own.get(name) or detail_label(name), text) for name, text in _said(obj).details if text
        ]
        inner = format_html_join(" · ", "<span>{}: {}</span>", lines)
        return format_html('<div class="otpguard-details">{}</div>', inner) if lines else NOTHING

    @admin.display(description=_("story"))
    def story_link(self, obj: Event) -> SafeString | str:
        """All events of the same story."""
        if obj.story is None:
            return NOTHING
        url = self.list_url("event", story=obj.story)
        return format_html('<a href="{}" title="{}">{}</a>', url, obj.story, obj.story.hex[:8])

    @admin.display(description=_("signed log"))
    def in_log(self, obj: Event) -> str:
        """Whether the event is in the signed log, checked now."""
        return proof_text(prove_event(obj))

    @admin.display(description=_("genuine"), boolean=True)
    def genuine(self, obj: Any) -> bool | None:  # noqa: ANN401 (an attached row)
        """Whether the MAC fits; unknown when its key is gone."""
        return _said(obj).genuine


def _said(obj: Any) -> Read:  # noqa: ANN401 (an attached row)
    said: Read = obj.said
    return said


def _warning(genuine: bool | None) -> str:  # noqa: FBT001 (what was found)
    """Nothing for an event that is as it was written."""
    if genuine is None:
        return badge(_("cannot be checked"), "wait")
    return "" if genuine else badge(_("not genuine"), "bad")


def _stacked(*lines: str | None) -> SafeString:
    """Lines under each other, to save columns."""
    return format_html_join(
        "", "<div>{}</div>", [(each,) for each in lines if each] or [(NOTHING,)]
    )
