"""Blocked factors: personal factors that a tenant does not accept, and how to unblock them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.admin.lists.filters import BlockedKindFilter
from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.reset import CHECKPOINT, unblock_factor
from otpguard.labels import Text, factor_kind_label
from otpguard.models import FactorBlock


class Unblock(ObjectAction):
    """The tenant accepts the factor again."""

    slug, label, grave = "unblock", _("Unblock"), True
    help = _(
        "The factor counts in this organization again. Verify who the person is by some means"
        " other than e-mail. A running hold continues."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `unblock_factor`."""
        unblock_factor(
            facts=facts,
            factor_id=str(self.obj.factor_id),
            tenant_id=str(self.obj.tenant_id),
            reason=form.cleaned_data["reason"],
        )
        return _("The factor is accepted again.")

    def next_url(self) -> str:
        """The list, because the block has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(FactorBlock)
class FactorBlockAdmin(ReadOnlyAdmin):
    """Blocks, the newest first."""

    object_actions = (Unblock,)
    ordering = ("-at",)
    titled_by = ("kind_text", "person", "tenant")
    list_display = ("person", "kind_text", "tenant", "reason", "by", "at")
    list_filter = (BlockedKindFilter,)
    search_people = ("factor__user",)
    search_fields = ("tenant__name", "tenant__slug", "reason")
    list_select_related = ("factor__user", "tenant", "by")
    fields = ("person", "factor_link", "tenant", "reason", "by", "at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401 (Django's signature)
        """Also for people who may view factors, because a block is part of one."""
        factors = request.user.has_perm("otpguard.view_factor")
        return factors or super().has_view_permission(request, obj)

    @admin.display(description=_("user"))
    def person(self, obj: FactorBlock) -> str:
        """Whose factor it is."""
        return str(obj.factor.user)

    @admin.display(description=_("kind"))
    def kind_text(self, obj: FactorBlock) -> str:
        """The kind in words."""
        return str(factor_kind_label(obj.factor.kind))

    @admin.display(description=_("factor"))
    def factor_link(self, obj: FactorBlock) -> str:
        """The factor's own page."""
        return self.link_to("factor", obj.factor_id, self.kind_text(obj))
