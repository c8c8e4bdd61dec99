"""Blocked factors: which tenant does not accept whose own factor, why, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, link_to
from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.flows.reset import CHECKPOINT, unblock_factor
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.models import FactorBlock


class Unblock(ObjectAction):
    """The tenant accepts the factor again."""

    slug, label, grave = "unblock", _("Unblock"), True
    help = _(
        "The factor counts in this organization again. Make sure by another way than e-mail that"
        " the person is genuine. A hold that runs goes on."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """See flows.reset.unblock_factor."""
        unblock_factor(
            facts=facts,
            factor_id=str(self.obj.factor_id),
            tenant_id=str(self.obj.tenant_id),
            reason=form.cleaned_data["reason"],
        )
        return _("The factor is accepted again.")

    def next_url(self) -> str:
        """The list: there is no page of it any more."""
        return self.model_admin.page_of(None)


@admin.register(FactorBlock)
class FactorBlockAdmin(ReadOnlyAdmin):
    """Blocks, the newest first."""

    object_actions = (Unblock,)
    ordering = ("-at",)
    list_display = ("person", "kind_text", "tenant", "reason", "by", "at")
    list_filter = ("factor__kind",)
    search_fields = ("factor__user__username", "tenant__name", "tenant__slug", "reason")
    list_select_related = ("factor__user", "tenant", "by")
    date_hierarchy = "at"
    fields = ("person", "factor_link", "tenant", "reason", "by", "at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401 (Django's signature)
        """Also for whoever may look at factors, of which this is a part."""
        factors = request.user.has_perm("otpguard.view_factor")
        return factors or super().has_view_permission(request, obj)

    @admin.display(description=_("user"), ordering="factor__user")
    def person(self, obj: FactorBlock) -> str:
        """Whose factor it is."""
        return str(obj.factor.user)

    @admin.display(description=_("kind"), ordering="factor__kind")
    def kind_text(self, obj: FactorBlock) -> str:
        """The kind in words."""
        return str(FACTOR_KINDS[FactorKind(obj.factor.kind)])

    @admin.display(description=_("factor"))
    def factor_link(self, obj: FactorBlock) -> str:
        """The factor's own page."""
        return link_to("factor", obj.factor_id, self.kind_text(obj))
