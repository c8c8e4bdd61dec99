"""Who people are at identity providers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.identity import unlink_identity
from otpguard.labels import Text
from otpguard.models import FederatedIdentity


class UnlinkIdentity(ObjectAction):
    """That sign-in opens the account no longer."""

    slug, label, grave = "unlink", _("Unlink"), True
    help = _("The person can link it again while logged in.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `unlink_identity`."""
        reason = form.cleaned_data["reason"]
        unlink_identity(facts=facts, identity=self.obj.pk, reason=reason)
        return _("The sign-in was unlinked.")

    def next_url(self) -> str:
        """The list, because the link has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(FederatedIdentity)
class FederatedIdentityAdmin(ReadOnlyAdmin):
    """Links between accounts and sign-ins; only the person makes one."""

    object_actions = (UnlinkIdentity,)
    list_display = ("user", "provider", "subject", "linked_at", "last_seen_at")
    list_filter = ("provider__profile",)
    search_fields = ("subject", "provider__name")
    search_people = ("user",)
    list_select_related = ("user", "provider", "provider__tenant")
    fields = ("user", "provider", "subject", "linked_at", "last_seen_at")
