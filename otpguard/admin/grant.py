"""Grants: the proofs that login sessions hold. What they are worth is computed on demand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, checkpoint_text
from otpguard.admin.lists.filters import SourceFilter, happened
from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.flows.session.revoke import revoke_grants
from otpguard.labels import SOURCES, Text, method_label, primary_label
from otpguard.models import Grant


class RevokeGrant(ObjectAction):
    """The proof ends."""

    slug, label, grave = "revoke", _("Revoke"), True
    help = _("The proof ends at once. The person is asked again at the next checkpoint.")

    def is_offered(self) -> bool:
        """Only a live one."""
        return self.obj.revoked_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `revoke_grants`."""
        revoke_grants(
            facts=facts,
            grants=Grant.objects.filter(pk=self.obj.pk),
            reason=form.cleaned_data["reason"],
        )
        return _("The grant was revoked.")


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    """Grants, the newest first."""

    object_actions = (RevokeGrant,)
    ordering = ("-id",)
    titled_by = ("method", "user")
    list_display = ("verified_at", "user", "tenant", "method", "bound", "state", "passed_text")
    list_filter = (SourceFilter, ("revoked_at", happened(_("revoked"))))
    search_people = ("user",)
    search_fields = ("tenant__slug", "story")
    list_select_related = ("user", "tenant")
    fields = (
        "user",
        "tenant",
        "source_text",
        "method",
        "login",
        "bound",
        "uses_left",
        "state",
        "passed_text",
        "verified_at",
        "revoked_at",
    )

    def links(self, _request: HttpRequest, obj: Grant) -> list[tuple[Text, str]]:
        """The story that led to it."""
        return [(_("Story"), self.list_url("event", story=obj.story))]

    @admin.display(description=_("source"))
    def source_text(self, obj: Grant) -> str:
        """Who established it, in words."""
        known = obj.source in set(Source)
        return str(SOURCES[Source(obj.source)]) if known else obj.source

    @admin.display(description=_("method"))
    def method(self, obj: Grant) -> str:
        """How it was proven."""
        return str(method_label(str(obj.facts.get("method", NOTHING))))

    @admin.display(description=_("logged in by"))
    def login(self, obj: Grant) -> str:
        """What the session was opened with."""
        return str(primary_label(str(obj.facts.get("primary", NOTHING))))

    @admin.display(description=_("bound to one action"), boolean=True)
    def bound(self, obj: Grant) -> bool:
        """Whether it serves one named action only."""
        return bool(obj.intent)

    @admin.display(description=_("state"))
    def state(self, obj: Grant) -> SafeString:
        """Live, used up or revoked; each checkpoint's policy decides how old it may be."""
        if obj.revoked_at is not None:
            return badge(_("revoked"), "bad")
        return badge(_("used"), "") if obj.uses_left == 0 else badge(_("live"), "good")

    @admin.display(description=_("passed"))
    def passed_text(self, obj: Grant) -> str:
        """The checkpoints it has opened."""
        return ", ".join(checkpoint_text(slug) for slug in obj.passed) or NOTHING
