"""Groups of customers' directories, and the role that each gives."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.core.facts import RequestFacts
from otpguard.flows.scim.group import map_group
from otpguard.forms.enterprise.scim import RoleForm
from otpguard.labels import Text
from otpguard.models import ScimGroup


class MapGroup(ObjectAction):
    """The people of a group get a role."""

    slug, label = "map", _("Set the role")
    help = _(
        "People who join the group later get the role too. Only the customer's directory"
        " decides who joins."
    )
    form_class = RoleForm

    def initial(self) -> dict[str, Any]:
        """The role as it is."""
        return {"role": self.obj.role}

    def run(self, facts: RequestFacts, form: RoleForm) -> Text:
        """Calls the flow `map_group`."""
        given = form.cleaned_data
        map_group(facts=facts, group=self.obj, role=given["role"], reason=given["reason"])
        return _("The role was set.")


@admin.register(ScimGroup)
class ScimGroupAdmin(ReadOnlyAdmin):
    """Groups by name."""

    object_actions = (MapGroup,)
    titled_by = ("name", "tenant")
    list_display = ("name", "tenant", "role", "changed_at")
    list_filter = (("role", admin.EmptyFieldListFilter),)
    search_fields = ("name", "role", "tenant__name", "tenant__slug")
    list_select_related = ("tenant",)
    fields = ("name", "tenant", "external_id", "role", "created_at", "changed_at")
