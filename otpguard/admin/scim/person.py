"""People of customers' directories, and removals that wait because many went at once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.flows.scim.removal import decide_removals, held_removals
from otpguard.labels import Text
from otpguard.models import ScimUser


class _Decision(ObjectAction):
    """One decision about all removals that wait in the person's organization."""

    lets_through: ClassVar[bool]

    def is_offered(self) -> bool:
        """While the removal of this person waits."""
        return self.obj.removal_held is not None

    def target(self, _form: Any) -> str:  # noqa: ANN401 (see ObjectAction)
        """Which organization, and how many wait: for others another proof is asked for."""
        waiting = held_removals(self.obj.tenant_id).count()
        return f"{self.label}: {self.obj.tenant.name} ({waiting})"

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `decide_removals`."""
        count = decide_removals(
            facts=facts,
            tenant=self.obj.tenant,
            let_through=self.lets_through,
            reason=form.cleaned_data["reason"],
        )
        text = ngettext("%(count)d removal was decided.", "%(count)d removals were decided.", count)
        return text % {"count": count}


class LetRemovalsThrough(_Decision):
    """What waits is done."""

    slug, label, grave = "remove-all", _("Let the removals through"), True
    help = _("Everybody in this organization whose removal waits loses the membership now.")
    lets_through = True


class RefuseRemovals(_Decision):
    """What waits is dropped."""

    slug, label = "keep-all", _("Refuse the removals")
    help = _("Everybody in this organization whose removal waits stays a member.")
    lets_through = False


@admin.register(ScimUser)
class ScimUserAdmin(ReadOnlyAdmin):
    """People by user name."""

    object_actions = (LetRemovalsThrough, RefuseRemovals)
    titled_by = ("user_name", "tenant")
    list_display = ("user_name", "tenant", "user", "state", "changed_at")
    list_filter = (
        "active",
        ("removal_held", happened(_("removal held"))),
        ("asked", admin.EmptyFieldListFilter),
    )
    search_fields = ("user_name", "external_id", "tenant__name", "tenant__slug")
    search_people = ("user",)
    list_select_related = ("tenant", "user")
    fields = (
        "user_name",
        "tenant",
        "user",
        "asked",
        "external_id",
        "state",
        "given_roles",
        "created_at",
        "changed_at",
        "left_at",
        "deleted_at",
        "removal_held",
    )

    @admin.display(description=_("state"))
    def state(self, obj: ScimUser) -> SafeString:
        """What is with this person."""
        if obj.removal_held is not None:
            return badge(_("removal held"), "bad")
        if obj.deleted_at is not None:
            return badge(_("deleted"))
        if obj.user_id is None:
            return badge(_("waits for confirmation"), "wait")
        return badge(_("active"), "good") if obj.active else badge(_("inactive"))
