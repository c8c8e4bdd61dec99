"""The base of all model admins: they show, they never write. Changes are object actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import lookup_field, quote
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from otpguard.account import search_columns
from otpguard.admin.actions import ObjectAction, buttons, url_in, urls_of
from otpguard.admin.cascade import falls_along
from otpguard.admin.lists.paginator import CappedPaginator
from otpguard.admin.lists.todo import TodoFilter
from otpguard.core.assurance import Channel
from otpguard.flows.todo import todos_of
from otpguard.labels import CHANNELS, Text, held_label
from otpguard.vault import UndecryptableError

NOTHING = "-"


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # one base for all models
    """Lists and pages without a single input; each names the fields that it shows."""

    search_people: ClassVar[tuple[str, ...]] = ()
    """Columns of this model that lead to users, by whose names the list is searched as well."""

    object_actions: ClassVar[tuple[type[ObjectAction], ...]] = ()
    titled_by: ClassVar[tuple[str, ...]] = ()
    """The fields or methods that name a row to people; without any, the row's own words do."""
    empty_text: ClassVar[Text] = ""
    """What an empty list says, where nothing is a fact worth a sentence."""
    actions: Any = None
    list_per_page = 50
    show_full_result_count = False
    paginator = CappedPaginator
    sortable_by = ()
    """Nothing: to sort a large table by a column without an index takes seconds."""
    change_form_template = "admin/otpguard/page.html"
    change_list_template = "admin/otpguard/list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's signature)
        """Never: see ObjectAction."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 (Django's signature)
        """Never: see ObjectAction."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401 (Django's signature)
        """Only along with a person or tenant that is being deleted: see `cascade`."""
        return falls_along(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 (Django's signature)
        """With the view or the change permission of the model."""
        view = f"{self.opts.app_label}.view_{self.opts.model_name}"
        return request.user.has_perm(view) or self.may_act(request)

    def may_act(self, request: HttpRequest) -> bool:
        """Whether this person may use the object actions."""
        change = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(change))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ANN401, ARG002 (Django's signature)
        """All fields that are shown, so that methods can be among the columns."""
        return tuple(self.fields or ())

    def get_list_filter(self, request: HttpRequest) -> Any:  # noqa: ANN401 (Django's signature)
        """`list_filter`, after the filter for what needs a hand where something can."""
        first = (TodoFilter,) if todos_of(self.model) else ()
        return (*first, *super().get_list_filter(request))

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """`search_fields`, and for `search_people` what the host's user model has."""
        people = search_columns(get_user_model())
        found = [f"{path}__{column}" for path in self.search_people for column in people]
        return (*found, *super().get_search_fields(request))

    def get_urls(self) -> list[URLPattern]:
        """The actions' URLs before Django's own."""
        return urls_of(self) + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one object, with its buttons."""
        obj = self.get_object(request, object_id)
        context = {
            **(extra_context or {}),
            "object_buttons": buttons(self, request, obj) if obj is not None else [],
            "object_links": self.links(request, obj) if obj is not None else [],
            "subtitle": self.title_of(obj) if obj is not None else None,
        }
        return super().change_view(request, object_id, form_url, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the buttons that need no object; for a filter that no column can hold, the
        list without it, as Django answers other filters that it cannot read."""
        if any("\0" in value for _name, many in request.GET.lists() for value in many):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        if ORDER_VAR in request.GET:  # no header leads here, but Django would sort by it
            kept = request.GET.copy()
            del kept[ORDER_VAR]
            return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}")
        context = {
            **(extra_context or {}),
            "object_buttons": buttons(self, request, None),
            "empty_text": self.empty_text,
            "title": capfirst(str(self.opts.verbose_name_plural)),
        }
        return super().changelist_view(request, context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:  # noqa: ANN401 (Django's signature)
        """The row of that id; None for an id that no column can hold."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def title_of(self, obj: Any) -> str:  # noqa: ANN401 (any row)
        """What a row is called in titles: the words of `titled_by` that are not empty."""
        found = [lookup_field(name, obj, self)[2] for name in self.titled_by]
        named = [str(each) for each in found if each not in (None, "", NOTHING)]
        return ", ".join(named) or str(obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[Text, str]]:  # noqa: ANN401, ARG002 (any row)
        """Where else to look: labels and URLs for the page of an object."""
        return []

    def page_of(self, obj: Model | None) -> str:
        """The URL of an object's page; of the list without one or when it is gone."""
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        if obj is None or obj.pk is None:
            return self.url_of(f"{names}_changelist")
        return self.url_of(f"{names}_change", quote(obj.pk))

    def list_url(self, model: str, **query: object) -> str:
        """The URL of another list of ours on this admin site, filtered."""
        return self.url_of(f"otpguard_{model}_changelist", **query)

    def link_to(self, model: str, pk: UUID, text: object) -> SafeString | str:
        """A link to a row's page, or its text alone where there is no such page."""
        try:
            url = self.url_of(f"otpguard_{model}_change", quote(pk))
        except NoReverseMatch:
            return str(text)
        return format_html('<a href="{}">{}</a>', url, text)

    def url_of(self, name: str, *args: object, **query: object) -> str:
        """The URL of a page of this admin site, of which a project may have several. Raises
        NoReverseMatch."""
        return url_in(self.admin_site.name, name, *args, **query)


def checkpoint_text(slug: str) -> str:
    """The name of a checkpoint; a slug from another release or host is shown as it is."""
    return str(held_label(slug))


def channel_words(value: str) -> str:
    """The name of a channel; one from another release is shown as it is."""
    return str(CHANNELS[Channel(value)]) if value in set(Channel) else value


def route_text(provider: str, channel: str) -> str:
    """A provider and a channel of it, as one text."""
    return f"{provider} · {channel_words(channel)}"


def badge(text: object, tone: str = "") -> SafeString:
    """A state as a small label; `tone` is good, bad, wait or nothing."""
    return format_html('<span class="otpguard-state {}">{}</span>', tone, text)


def is_running(until: datetime | None) -> bool:
    """True for a time in the future."""
    return until is not None and until > timezone.now()


def revealed(encrypted: Any) -> str:  # noqa: ANN401 (an Encrypted, or None)
    """An encrypted column in clear; empty when its key is gone."""
    try:
        return str(encrypted.reveal()) if encrypted else ""
    except UndecryptableError:
        return ""


def saved(changed: tuple[str, ...]) -> Text:
    """Which columns a change has changed."""
    return _("Saved: %(names)s.") % {"names": ", ".join(changed)} if changed else _("No change.")
