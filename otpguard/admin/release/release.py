"""Releases: who asked for which file, where it stands, and the button that destroys it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.account import name_of
from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, checkpoint_text
from otpguard.admin.lists.filters import CheckpointFilter
from otpguard.admin.tables.code_words import code_column
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import LIVE, ReleaseState
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.cancel import cancel_release
from otpguard.labels import Text
from otpguard.models import Release

TONES: dict[str, str] = {
    Release.State.QUEUED: "wait",
    Release.State.RUNNING: "wait",
    Release.State.READY: "good",
    Release.State.FAILED: "bad",
}


class CancelRelease(ObjectAction):
    """Destroy the file before its time."""

    slug, label, grave = "cancel", _("Cancel"), True
    form_class = forms.Form
    help = _("Its file and its key are destroyed. Nobody can download it any more.")

    def is_offered(self) -> bool:
        """Only while there is something to destroy."""
        return ReleaseState(self.obj.state) in LIVE

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `cancel_release`."""
        if not cancel_release(facts=facts, release=self.obj):
            raise NotAllowed(str(_("This export has ended already.")))
        return _("The export was canceled.")


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """Releases, the newest first. Never their arguments, files or keys."""

    object_actions = (CancelRelease,)
    titled_by = ("job_name", "user")
    list_display = (
        "user",
        "tenant",
        "job_name",
        "state_text",
        "rows",
        "opens_at",
        "expires_at",
        "created_at",
    )
    list_filter = ("state", CheckpointFilter)
    search_people = ("user",)
    search_fields = ("tenant__name", "tenant__slug", "job")
    list_select_related = ("user", "tenant")
    fields = (
        "user",
        "tenant",
        "job_name",
        "checkpoint_name",
        "state_text",
        "reason_text",
        "rows",
        "size",
        "digest",
        "tries",
        "downloads_left",
        "created_at",
        "held_until",
        "ready_at",
        "opens_at",
        "expires_at",
        "ended_at",
        "ended_by",
    )

    reason_text = code_column("reason", _("reason"))

    def links(self, _request: HttpRequest, obj: Release) -> list[tuple[Text, str]]:
        """The events of the person."""
        return [(_("Events"), self.list_url("event", q=name_of(obj.user)))]

    @admin.display(description=_("file"))
    def job_name(self, obj: Release) -> str:
        """What people call the file."""
        job = settings().releases.jobs.get(obj.job)
        return str(job.label) if job else obj.job

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: Release) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint) if obj.checkpoint else NOTHING

    @admin.display(description=_("state"))
    def state_text(self, obj: Release) -> SafeString:
        """The state as a label."""
        return badge(obj.get_state_display(), TONES.get(obj.state, ""))
