"""Factors: what people have enrolled, with numbers masked and no secrets."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, list_url, revealed
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.factors.phone import masked_destination
from otpguard.flows.revoke import disable_factor, remove_factor
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.models import Factor


class DisableFactor(ObjectAction):
    """Switched off, but still listed."""

    slug, label, grave = "disable", _("Disable"), True
    help = _(
        "The factor stays listed and proves nothing any more. The person's proofs end at once."
    )

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


class RemoveFactor(ObjectAction):
    """Gone; the person enrolls anew."""

    slug, label, grave = "remove", _("Remove"), True
    help = _("The factor is deleted, with its challenges. The person's proofs end at once.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """See flows.revoke.remove_factor."""
        remove_factor(facts=facts, factor=self.obj, reason=form.cleaned_data["reason"])
        return _("The factor was removed.")

    def next_url(self) -> str:
        """The list: there is no page of it any more."""
        return self.model_admin.page_of(None)


@admin.register(Factor)
class FactorAdmin(ReadOnlyAdmin):
    """Factors of all people."""

    object_actions = (DisableFactor, RemoveFactor)
    list_display = ("user", "kind_text", "number", "owner", "state", "last_used_at", "created_at")
    list_filter = ("kind", "confirmed", ("disabled_at", admin.EmptyFieldListFilter))
    search_fields = ("user__username", "user__email")
    list_select_related = ("user", "tenant")
    date_hierarchy = "created_at"
    fields = (
        "user",
        "kind_text",
        "number",
        "owner",
        "state",
        "usable_from",
        "last_used_at",
        "disabled_at",
        "created_at",
    )

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
