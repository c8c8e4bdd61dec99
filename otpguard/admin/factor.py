"""Factors: what people have enrolled, with numbers masked and no secrets."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.approval import said
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, link_to, list_url, revealed
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.factors import recovery
from otpguard.factors.phone import masked_destination
from otpguard.flows.approve import reset_or_ask
from otpguard.flows.reset import CHECKPOINT
from otpguard.flows.revoke import disable_factor
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.models import Factor


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
        """See flows.revoke.disable_factor."""
        disable_factor(facts=facts, factor=self.obj, reason=form.cleaned_data["reason"])
        return _("The factor was disabled.")


class ResetFactor(ObjectAction):
    """Gone; the person enrolls anew."""

    slug, label, grave = "reset", _("Reset"), True
    help = _(
        "The factor is deleted, with its challenges. The person's proofs end at once, sensitive"
        " actions wait, and they are told. Make sure by another way than e-mail that the person is"
        " genuine."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """See flows.approve.reset_or_ask."""
        return said(
            reset_or_ask(
                facts=facts,
                user_id=str(self.obj.user_id),
                factors=[str(self.obj.pk)],
                reason=form.cleaned_data["reason"],
            )
        )

    def next_url(self) -> str:
        """The list: there may be no page of it any more."""
        return self.model_admin.page_of(None)


@admin.register(Factor)
class FactorAdmin(ReadOnlyAdmin):
    """Factors of all people."""

    object_actions = (DisableFactor, ResetFactor)
    list_display = (
        "user",
        "kind_text",
        "number",
        "model_text",
        "serial",
        "owner",
        "state",
        "last_used_at",
        "created_at",
    )
    list_filter = (
        "kind",
        "confirmed",
        "hardware",
        "attested",
        ("disabled_at", admin.EmptyFieldListFilter),
        ("blocks", admin.EmptyFieldListFilter),
    )
    search_fields = ("user__username", "user__email", "serial", "aaguid")
    list_select_related = ("user", "tenant")
    date_hierarchy = "created_at"
    fields = (
        "user",
        "kind_text",
        "number",
        "owner",
        "state",
        "blocked_in",
        "codes_left",
        "serial",
        "hardware_text",
        "model_text",
        "attestation_text",
        "backup_text",
        "verified_text",
        "usable_from",
        "last_used_at",
        "disabled_at",
        "created_at",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The person may be asked for, as a member's page does."""
        return lookup == "user__exact" or super().lookup_allowed(lookup, value, request)

    def links(self, _request: HttpRequest, obj: Factor) -> list[tuple[Text, str]]:
        """What was asked of it."""
        return [(_("Challenges"), list_url("challenge", factor__id__exact=obj.pk))]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_text(self, obj: Factor) -> str:
        """The kind in words."""
        return str(FACTOR_KINDS[FactorKind(obj.kind)])

    @admin.display(description=_("number"))
    def number(self, obj: Factor) -> str:
        """Country code and the last two digits."""
        if obj.kind != FactorKind.PHONE:
            return NOTHING
        number = revealed(obj.secret)
        if not number:
            return str(_("unreadable: its key is gone"))
        return masked_destination(Channel.SMS, number=number, email="")

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
        links = [(link_to("factorblock", row.pk, row.tenant), row.reason) for row in rows]
        return format_html_join("", "<div>{}: {}</div>", links) or NOTHING

    @admin.display(description=_("codes left"))
    def codes_left(self, obj: Factor) -> str:
        """How many recovery codes are unused."""
        return str(recovery.left(obj)) if obj.kind == FactorKind.RECOVERY else NOTHING

    @admin.display(description=_("hardware"))
    def hardware_text(self, obj: Factor) -> str:
        """Whether an authenticator's codes come from a token."""
        if obj.kind != FactorKind.TOTP:
            return NOTHING
        return str(_("hardware token") if obj.hardware else _("app"))

    @admin.display(description=_("model (AAGUID)"), ordering="aaguid")
    def model_text(self, obj: Factor) -> str:
        """The model of a passkey's authenticator, as it names itself."""
        return str(obj.aaguid or NOTHING)

    @admin.display(description=_("attestation"))
    def attestation_text(self, obj: Factor) -> str:
        """The format, and whether it reached a root that the site trusts."""
        if obj.kind != FactorKind.PASSKEY:
            return NOTHING
        trusted = _("trusted") if obj.attested else _("not trusted")
        return f"{obj.attestation or _('none')}, {trusted}"

    @admin.display(description=_("backup"))
    def backup_text(self, obj: Factor) -> str:
        """Whether a passkey may leave its device, and has."""
        if obj.kind != FactorKind.PASSKEY:
            return NOTHING
        if not obj.backup_eligible:
            return str(_("stays on one device"))
        return str(_("synced") if obj.backed_up else _("can be synced"))

    @admin.display(description=_("user verification"))
    def verified_text(self, obj: Factor) -> str:
        """Whether a passkey checked its person when it was made."""
        if obj.kind != FactorKind.PASSKEY:
            return NOTHING
        return str(_("yes") if obj.user_verified else _("no"))
