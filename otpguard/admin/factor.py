"""Factors: what people have enrolled, with numbers masked and no secrets."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.approval import said
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import FactorKindFilter, happened
from otpguard.channels import opt_outs
from otpguard.core.facts import RequestFacts
from otpguard.factors.catalog import driver_of
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.session.revoke import disable_factor
from otpguard.labels import Text
from otpguard.models import Factor
from otpguard.notices.opt_out_text import stopped_text
from otpguard.vault import UndecryptableError


class DisableFactor(ObjectAction):
    """Switched off, but still listed."""

    slug, label, grave = "disable", _("Disable"), True
    help = _(
        "The factor stays listed and proves nothing any more. The person's proofs end at once."
    )
    checkpoint = CHECKPOINT

    def is_offered(self) -> bool:
        """Only an enabled one."""
        return self.obj.disabled_at is None

    def target(self, _form: Any) -> str:  # noqa: ANN401 (see ObjectAction)
        """Kind and person, never the number."""
        return f"{self.label}: {self.obj}"

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `disable_factor`."""
        disable_factor(facts=facts, factor=self.obj, reason=form.cleaned_data["reason"])
        return _("The factor was disabled.")


class ResetFactor(ObjectAction):
    """Remove a factor; the person enrolls a new one."""

    slug, label, grave = "reset", _("Reset"), True
    help = _(
        "The factor is deleted, with its challenges. The person's proofs end at once, sensitive"
        " actions wait, and they are told. Verify who the person is by some means other than"
        " e-mail."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `reset_or_ask`."""
        return said(
            reset_or_ask(
                facts=facts,
                user_id=str(self.obj.user_id),
                factors=[str(self.obj.pk)],
                reason=form.cleaned_data["reason"],
            )
        )

    def next_url(self) -> str:
        """The list, because the factor may have no page any more."""
        return self.model_admin.page_of(None)


@admin.register(Factor)
class FactorAdmin(ReadOnlyAdmin):
    """Factors of all people."""

    object_actions = (DisableFactor, ResetFactor)
    titled_by = ("kind_text", "user")
    list_display = (
        "user",
        "kind_text",
        "hint",
        "model_text",
        "serial",
        "owner",
        "state",
        "last_used_at",
        "created_at",
    )
    list_filter = (
        FactorKindFilter,
        "confirmed",
        "hardware",
        "attested",
        ("disabled_at", happened(_("switched off"))),
        ("blocks", happened(_("blocked in an organization"))),
    )
    search_people = ("user",)
    search_fields = ("serial", "aaguid")
    list_select_related = ("user", "tenant")
    fields = (
        "user",
        "kind_text",
        "hint",
        "owner",
        "state",
        "blocked_in",
        "serial",
        "model_text",
        "details",
        "stopped",
        "consent_text",
        "usable_from",
        "last_used_at",
        "disabled_at",
        "disabled_by",
        "created_at",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that a member's page links to."""
        return lookup == "user__exact" or super().lookup_allowed(lookup, value, request)

    def links(self, _request: HttpRequest, obj: Factor) -> list[tuple[Text, str]]:
        """What was asked of it."""
        return [(_("Challenges"), self.list_url("challenge", factor__id__exact=obj.pk))]

    @admin.display(description=_("kind"))
    def kind_text(self, obj: Factor) -> str:
        """The kind in words."""
        driver = driver_of(obj)
        return str(driver.label_of(obj) if driver is not None else obj.kind)

    @admin.display(description=_("number or mark"))
    def hint(self, obj: Factor) -> str:
        """What distinguishes it from others of its kind; for a number, country code and last two
        digits."""
        driver = driver_of(obj)
        try:
            return (driver.hint_of(obj) if driver is not None else "") or NOTHING
        except UndecryptableError:
            return str(_("unreadable: its key is gone"))

    @admin.display(description=_("belongs to"))
    def owner(self, obj: Factor) -> str:
        """The tenant that provisioned it, or the person."""
        return str(obj.tenant or _("the person"))

    @admin.display(description=_("state"))
    def state(self, obj: Factor) -> SafeString:
        """Whether it proves anything."""
        if obj.disabled_at is not None:
            return badge(_("disabled"), "bad")
        return badge(_("in use"), "good") if obj.confirmed else badge(_("not confirmed"), "wait")

    @admin.display(description=_("blocked in"))
    def blocked_in(self, obj: Factor) -> SafeString | str:
        """The tenants that do not accept it, each with the page that unblocks it."""
        rows = obj.blocks.select_related("tenant").order_by("at")
        links = [(self.link_to("factorblock", row.pk, row.tenant), row.reason) for row in rows]
        return format_html_join("", "<div>{}: {}</div>", links) or NOTHING

    @admin.display(description=_("details"))
    def details(self, obj: Factor) -> SafeString | str:
        """What its kind says of it, a line each."""
        driver = driver_of(obj)
        if driver is None:
            return str(_("Its kind is not installed: it proves nothing."))
        return format_html_join("", "<div>{}: {}</div>", driver.details_of(obj)) or NOTHING

    @admin.display(description=_("channels that are off"))
    def stopped(self, obj: Factor) -> SafeString | str:
        """What its holder stopped, in each organization, with the page that tells more."""
        rows = opt_outs.every_of_factor(obj, now=timezone.now())
        lines = [
            (self.link_to("optout", row.pk, stopped_text(row)), row.tenant or "") for row in rows
        ]
        return format_html_join("", "<div>{} {}</div>", lines) or NOTHING

    @admin.display(description=_("consent"))
    def consent_text(self, obj: Factor) -> str:
        """The version of the opt-in text that its holder agreed to, and when."""
        if obj.consented_at is None:
            return NOTHING
        return f"{obj.consent_version}, {date_format(obj.consented_at, 'SHORT_DATETIME_FORMAT')}"

    @admin.display(description=_("model (AAGUID)"))
    def model_text(self, obj: Factor) -> str:
        """The model of a passkey's authenticator, as it names itself."""
        return str(obj.aaguid or NOTHING)
