"""An organization that is to be closed: when, who asked, and the button that keeps it open."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from otpguard.account import name_of
from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.closure.cancel import cancel_closure
from otpguard.labels import Text
from otpguard.models import Tenant


class KeepOpen(ObjectAction):
    """The organization is not closed."""

    slug, label = "keep-open", _("Keep open")
    help = _("Nothing is closed. Its administrators and the person who asked for it are told.")

    def is_offered(self) -> bool:
        """Only while it is to be closed."""
        return self.obj.closes_at is not None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `cancel_closure`."""
        reason = form.cleaned_data["reason"]
        if not cancel_closure(facts=facts, tenant=self.obj, reason=reason):
            raise NotAllowed(str(_("This has ended already.")))
        return _("%(tenant)s stays open.") % {"tenant": self.obj}


@admin.display(description=_("will be closed"))
def closes_column(obj: Tenant) -> str:
    """When it is to be closed and who asked for that."""
    if obj.closes_at is None:
        return NOTHING
    when = date_format(localtime(obj.closes_at), "DATETIME_FORMAT")
    return f"{when} ({name_of(obj.closing_by) or NOTHING})"
