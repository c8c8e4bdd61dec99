"""Links to reset a password, and the way out for people who can confirm nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.password_reset.permit import permit_reset
from otpguard.labels import Text
from otpguard.models import ResetLink


class PermitReset(ObjectAction):
    """The link is enough for this person, once."""

    slug, label, grave = "permit", _("Let it through"), True
    help = _(
        "For somebody who has set up no way of confirming, where the policy asks for an"
        " administrator. The link in their mailbox then sets a new password; sensitive actions"
        " wait, and they are told. Verify who the person is by some means other than e-mail."
    )
    checkpoint = CHECKPOINT

    def is_offered(self) -> bool:
        """Only while the link counts."""
        live = ResetLink.objects.live(timezone.now())
        return live.filter(pk=self.obj.pk, permitted_at=None).exists()

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `permit_reset`."""
        permit_reset(facts=facts, link_id=self.obj.pk, reason=form.cleaned_data["reason"])
        return _("The reset was let through. Ask the person to open the link again.")


@admin.register(ResetLink)
class ResetLinkAdmin(ReadOnlyAdmin):
    """Links of the last days, the newest first; never the link itself."""

    object_actions = (PermitReset,)
    titled_by = ("user", "created_at")
    ordering = ("-created_at",)
    list_display = ("user", "created_at", "state", "email_only", "permitted_at", "used_at")
    list_filter = (
        ("used_at", happened(_("used"))),
        ("permitted_at", happened(_("let through"))),
        "email_only",
    )
    search_people = ("user",)
    list_select_related = ("user",)
    fields = (
        "user",
        "state",
        "created_at",
        "ended_at",
        "used_at",
        "email_only",
        "permitted_at",
        "permitted_by",
    )

    @admin.display(description=_("state"))
    def state(self, obj: ResetLink) -> SafeString:
        """Whether it counts."""
        if obj.used_at is not None:
            return badge(_("used"), "good")
        live = ResetLink.objects.live(timezone.now()).filter(pk=obj.pk).exists()
        return badge(_("counts"), "wait") if live else badge(_("ended"))
