"""The base of all model admins: they show, they never write. Changes are object actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction, buttons, urls_of
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.checkpoints import EVERY
from otpguard.labels import CHANNELS, Text, checkpoint_label
from otpguard.vault import UndecryptableError

NOTHING = "-"


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # one base for all models
    """Lists and pages without a single input; each names the fields that it shows."""

    object_actions: ClassVar[tuple[type[ObjectAction], ...]] = ()
    actions = None
    list_per_page = 50
    show_full_result_count = False
    change_form_template = "admin/otpguard/page.html"
    change_list_template = "admin/otpguard/list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's signature)
        """Never: see ObjectAction."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 (Django's signature)
        """Never: see ObjectAction."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 (Django's signature)
        """Never: see ObjectAction."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 (Django's signature)
        """With the view or the change permission of the model."""
        view = f"{self.opts.app_label}.view_{self.opts.model_name}"
        return request.user.has_perm(view) or self.may_act(request)

    def may_act(self, request: HttpRequest) -> bool:
        """Whether the object actions are this person's to press."""
        change = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(change))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ANN401, ARG002 (Django's signature)
        """All that is shown, so methods can stand among the columns."""
        return tuple(self.fields or ())

    def get_urls(self) -> list[URLPattern]:
        """The actions' addresses before Django's own."""
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
        }
        return super().change_view(request, object_id, form_url, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the buttons that need no object."""
        context = {
            **(extra_context or {}),
            "object_buttons": buttons(self, request, None),
            "title": capfirst(str(self.opts.verbose_name_plural)),
        }
        return super().changelist_view(request, context)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[Text, str]]:  # noqa: ANN401, ARG002 (any row)
        """Where else to look: labels and addresses for the page of an object."""
        return []

    def page_of(self, obj: Model | None) -> str:
        """The address of an object's page; of the list without one or when it is gone."""
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        if obj is None or obj.pk is None:
            return reverse(f"admin:{names}_changelist")
        return reverse(f"admin:{names}_change", args=[quote(obj.pk)])


def list_url(model: str, **query: object) -> str:
    """The address of another list of ours, filtered."""
    return reverse(f"admin:otpguard_{model}_changelist", query=query or None)


def link_to(model: str, pk: UUID, text: object) -> SafeString | str:
    """A link to a row's page, or its text alone where there is no such page."""
    try:
        url = reverse(f"admin:otpguard_{model}_change", args=[quote(pk)])
    except NoReverseMatch:
        return str(text)
    return format_html('<a href="{}">{}</a>', url, text)


def checkpoint_text(slug: str) -> str:
    """What a checkpoint is called; a slug from another release or host is shown as it is."""
    if slug == EVERY:
        return str(_("Every checkpoint"))
    known = settings().checkpoints.get(slug)
    return str(checkpoint_label(known)) if known else slug


def channel_words(value: str) -> str:
    """What a channel is called; one of another release is shown as it is."""
    return str(CHANNELS[Channel(value)]) if value in set(Channel) else value


def badge(text: object, tone: str = "") -> SafeString:
    """A state as a small label; `tone` is good, bad, wait or nothing."""
    return format_html('<span class="otpguard-state {}">{}</span>', tone, text)


def is_running(until: datetime | None) -> bool:
    """True for a moment still to come."""
    return until is not None and until > timezone.now()


def revealed(sealed: Any) -> str:  # noqa: ANN401 (a Sealed, or None)
    """A sealed column in clear; empty when its key is gone."""
    try:
        return str(sealed.reveal()) if sealed else ""
    except UndecryptableError:
        return ""
