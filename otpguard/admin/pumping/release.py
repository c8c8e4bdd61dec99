"""Released numbers: which, until when, by whom and why; the number is masked."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, is_running, revealed
from otpguard.core.phone import mask_phone
from otpguard.models import NumberRelease


@admin.register(NumberRelease)
class NumberReleaseAdmin(ReadOnlyAdmin):
    """Releases, the newest first. A number is released on the page of a decision about it."""

    empty_text = _("No number was released.")
    titled_by = ("number_text", "at")
    list_display = ("number_text", "state_text", "at", "until", "by", "reason")
    list_select_related = ("by",)
    list_filter = ("until",)
    search_fields = ("reason",)
    fields = ("number_text", "state_text", "at", "until", "by", "reason")

    @admin.display(description=_("number"))
    def number_text(self, obj: NumberRelease) -> str:
        """Country code and last two digits."""
        return mask_phone(revealed(obj.number)) if revealed(obj.number) else NOTHING

    @admin.display(description=_("state"))
    def state_text(self, obj: NumberRelease) -> SafeString:
        """Whether it counts."""
        return badge(_("running"), "good") if is_running(obj.until) else badge(_("over"))
