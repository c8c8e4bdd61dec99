"""API keys: who made each, when it was rotated, used and confirmed last. Never a secret."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.keys.shown_once import ShownOnce
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.flows.key.holder import withdraw_key
from otpguard.flows.key.service_key import create_service_key
from otpguard.forms.keys.service_key import ServiceKeyForm
from otpguard.labels import Text
from otpguard.models import KeyRecord


class CreateServiceKey(ShownOnce):
    """A key for a service that has numbers proven."""

    slug, label, on_list = "create", _("Create service key"), True
    help = _(
        "A service starts verifications with it. You see it once. It belongs to no person, and ends"
        " when it expires or is deleted."
    )
    form_class = ServiceKeyForm

    def initial(self) -> dict[str, Any]:
        """A quarter of a year: a key that is never renewed is forgotten."""
        return {"days": 90}

    def target(self, form: ServiceKeyForm) -> str:
        """Which service, and where."""
        given = form.cleaned_data
        return f"{self.label}: {given['name']}, {given['tenant'].name}"

    def run(self, facts: RequestFacts, form: ServiceKeyForm) -> Text:
        """Calls the flow `create_service_key`."""
        given = form.cleaned_data
        row, secret = create_service_key(
            facts=facts,
            tenant=given["tenant"],
            name=given["name"],
            environment=given["environment"],
            lifetime=form.lifetime,
        )
        self.keep(row, secret)
        return _("The key was created.")


class DeleteKey(ObjectAction):
    """End a key whose secret otpguard made."""

    slug, label, grave = "delete", _("Delete"), True
    help = _("The key opens nothing any more, at once. Its line stays in the list.")

    def is_offered(self) -> bool:
        """For a key of ours that is in use: the host ends its own."""
        return self.obj.digest is not None and self.obj.deleted_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `withdraw_key`."""
        withdraw_key(facts=facts, key=self.obj, reason=form.cleaned_data["reason"])
        return _("The key was deleted.")


@admin.register(KeyRecord)
class KeyRecordAdmin(ReadOnlyAdmin):
    """The ledger of API keys, the newest first."""

    object_actions = (CreateServiceKey, DeleteKey)
    titled_by = ("name", "tenant")
    list_display = (
        "name",
        "tenant",
        "environment",
        "scope",
        "state",
        "created_at",
        "rotated_at",
        "used_at",
        "expires_at",
        "stepped_up_at",
    )
    list_filter = (("deleted_at", happened(_("deleted"))),)
    search_people = ("created_by",)
    search_fields = ("name", "reference", "prefix", "tenant__name", "tenant__slug")
    list_select_related = ("tenant", "created_by")
    fields = (
        "name",
        "tenant",
        "environment",
        "scope",
        "prefix",
        "reference",
        "state",
        "created_at",
        "created_by",
        "rotated_at",
        "rotated_by",
        "used_at",
        "stepped_up_at",
        "expires_at",
        "deleted_at",
    )

    @admin.display(description=_("state"))
    def state(self, obj: KeyRecord) -> SafeString:
        """Whether the key is in use."""
        if obj.deleted_at:
            return badge(_("deleted"))
        if obj.expires_at and obj.expires_at <= timezone.now():
            return badge(_("expired"))
        return badge(_("in use"), "good")
