"""10DLC registrations: what is missing, and how they are changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, saved
from otpguard.core.facts import RequestFacts
from otpguard.flows.route.ten_dlc import (
    TEN_DLC_FIELDS,
    Lack,
    WithoutTenDlc,
    add_ten_dlc,
    change_ten_dlc,
    without_ten_dlc,
)
from otpguard.forms.sender import (
    NewTenDlcForm,
    TenDlcForm,
)
from otpguard.labels import Text
from otpguard.models import TenDlcRegistration

LACKS = {
    Lack.MISSING: _("Provider %(provider)s texts US numbers without a 10DLC registration."),
    Lack.NOT_APPROVED: _("The 10DLC registration of %(provider)s is not approved yet."),
    Lack.EXPIRED: _("The 10DLC registration of %(provider)s has expired."),
}


TONES = {
    TenDlcRegistration.Status.APPROVED: "good",
    TenDlcRegistration.Status.REJECTED: "bad",
    TenDlcRegistration.Status.SUBMITTED: "wait",
}


class AddTenDlc(ObjectAction):
    """A brand and campaign at a provider."""

    slug, label, on_list = "add", _("Add 10DLC registration"), True
    help = _("Text messages to US numbers then leave no faster than the campaign allows.")
    form_class = NewTenDlcForm

    def target(self, form: NewTenDlcForm) -> str:
        """The brand."""
        return f"{self.label}: {form.cleaned_data['brand']}"

    def run(self, facts: RequestFacts, form: NewTenDlcForm) -> Text:
        """Calls the flow `add_ten_dlc`."""
        provider = form.cleaned_data["provider"]
        self.obj = add_ten_dlc(facts=facts, provider=provider, values=form.values)
        return _("The 10DLC registration was added.")


class ChangeTenDlc(ObjectAction):
    """Vetting, status, throughput and dates."""

    slug, label = "change", _("Change")
    form_class = TenDlcForm

    def initial(self) -> dict[str, Any]:
        """The registration as it is."""
        return {name: getattr(self.obj, name) for name in TEN_DLC_FIELDS}

    def run(self, facts: RequestFacts, form: TenDlcForm) -> Text:
        """Calls the flow `change_ten_dlc`."""
        return saved(change_ten_dlc(facts=facts, ten_dlc=self.obj, values=form.values))


@admin.register(TenDlcRegistration)
class TenDlcRegistrationAdmin(ReadOnlyAdmin):
    """10DLC registrations, with a warning for what is missing."""

    object_actions = (AddTenDlc, ChangeTenDlc)
    list_display = (
        "brand",
        "status_text",
        "provider",
        "campaign",
        "per_second",
        "expected_at",
        "expires_at",
    )
    list_filter = ("status", "vetting", "provider")
    search_fields = ("provider", "brand", "campaign")
    fields = ("provider", *TEN_DLC_FIELDS)

    @admin.display(description=_("status"))
    def status_text(self, obj: TenDlcRegistration) -> SafeString:
        """Where it stands, as a label."""
        return badge(obj.get_status_display(), TONES.get(TenDlcRegistration.Status(obj.status), ""))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and which providers text US numbers unregistered."""
        for each in without_ten_dlc(now=timezone.now()):
            messages.warning(request, warning(each))
        return super().changelist_view(request, extra_context)


def warning(lack: WithoutTenDlc) -> str:
    """What is missing, when it is expected, and what is used until then."""
    said = [str(LACKS[lack.lack] % {"provider": lack.provider})]
    if lack.expected_at is not None:
        said.append(str(_("It is expected on %(day)s.") % {"day": lack.expected_at.date()}))
    if lack.interim:
        said.append(str(_("Until then %(provider)s is used.") % {"provider": lack.interim}))
    return " ".join(said)
