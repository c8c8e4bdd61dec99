"""Changed e-mail addresses of accounts, while the old mailbox can undo them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import ReadOnlyAdmin
from otpguard.admin.lists.filters import happened
from otpguard.models import EmailChange


@admin.register(EmailChange)
class EmailChangeAdmin(ReadOnlyAdmin):
    """Changes of the last days, the newest first; never the e-mail address."""

    titled_by = ("user", "changed_at")
    ordering = ("-changed_at",)
    list_display = ("user", "changed_at", "undone_at")
    list_filter = (("undone_at", happened(_("undone"))),)
    search_people = ("user",)
    list_select_related = ("user",)
    fields = ("user", "changed_at", "undone_at")
