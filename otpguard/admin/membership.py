"""Memberships: members of tenants, their roles and their holds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from otpguard.account import name_of
from otpguard.admin.actions import ObjectAction
from otpguard.admin.approval import ASKED, said
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, checkpoint_text, is_running
from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.release import hold
from otpguard.flows.tenant.member_request import set_member_or_ask
from otpguard.forms.membership import HoldForm, MemberForm, NewMemberOfForm
from otpguard.grants.evidence import moment_of
from otpguard.labels import Text
from otpguard.models import Approval, Membership


class AddMember(ObjectAction):
    """Somebody with an account, as a member of a tenant."""

    slug, label, on_list = "add", _("Add member"), True
    help = _("If the person is already a member, their roles are changed.")
    form_class = NewMemberOfForm

    def run(self, facts: RequestFacts, form: NewMemberOfForm) -> Text:
        """Calls the flow `set_member_or_ask`."""
        cleaned = form.cleaned_data
        done = set_member_or_ask(
            facts=facts,
            tenant=cleaned["tenant"],
            user_id=cleaned["username"],
            roles=cleaned["roles"],
            active=cleaned["active"],
            reason=cleaned["reason"],
        )
        if isinstance(done, Approval):
            return ASKED
        self.obj = done
        return _("%(member)s was saved.") % {"member": self.obj}


class SetMember(ObjectAction):
    """Roles and activity."""

    slug, label = "set", _("Change roles")
    form_class = MemberForm

    def initial(self) -> dict[str, Any]:
        """The membership as it is."""
        return {"roles": ", ".join(self.obj.roles), "active": self.obj.active}

    def run(self, facts: RequestFacts, form: MemberForm) -> Text:
        """Calls the flow `set_member_or_ask`."""
        cleaned = form.cleaned_data
        done = set_member_or_ask(
            facts=facts,
            tenant=self.obj.tenant,
            user_id=str(self.obj.user_id),
            roles=cleaned["roles"],
            active=cleaned["active"],
            reason=cleaned["reason"],
        )
        if isinstance(done, Approval):
            return ASKED
        return _("%(member)s was saved.") % {"member": self.obj}


class PutOnHold(ObjectAction):
    """A wait before one checkpoint or all."""

    slug, label, grave = "hold", _("Put on hold"), True
    help = _("No proof shortens a hold. Only somebody else can lift it.")
    form_class = HoldForm

    def is_offered(self) -> bool:
        """Only for an active member: others pass no checkpoint anyway."""
        return bool(self.obj.active)

    def run(self, facts: RequestFacts, form: HoldForm) -> Text:
        """Calls the flow `start`."""
        hold.start(
            facts=facts,
            membership=self.obj,
            checkpoint=form.cleaned_data["checkpoint"],
            until=facts.now + form.duration,
            reason=form.cleaned_data["reason"],
        )
        return _("%(member)s is on hold.") % {"member": self.obj}


class ResetHere(ObjectAction):
    """Reset factors in this tenant only, as its own administrators do."""

    slug, label, grave = "reset", _("Reset factors here"), True
    help = _(
        "In this organization only: what it provisioned is removed, what is the person's own is"
        " blocked. Their proofs here end, sensitive actions wait, and they are told. Verify who"
        " the person is by some means other than e-mail."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `reset_or_ask`."""
        return said(
            reset_or_ask(
                facts=facts,
                user_id=str(self.obj.user_id),
                tenant_id=str(self.obj.tenant_id),
                reason=form.cleaned_data["reason"],
            )
        )


class ResetEverywhere(ObjectAction):
    """Reset all factors in every tenant, which only the site can do."""

    slug, label, grave = "reset-everywhere", _("Reset factors everywhere"), True
    help = _(
        "All that the person has enrolled is removed, in every organization. Their proofs end,"
        " sensitive actions wait, and they are told. Verify who the person is by some means other"
        " than e-mail."
    )
    checkpoint = CHECKPOINT

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `reset_or_ask`."""
        return said(
            reset_or_ask(
                facts=facts,
                user_id=str(self.obj.user_id),
                reason=form.cleaned_data["reason"],
            )
        )


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Members of all tenants."""

    object_actions = (AddMember, SetMember, PutOnHold, ResetHere, ResetEverywhere)
    ordering = ("-id",)
    list_display = ("user", "tenant", "active", "roles_text", "held_text", "created_at")
    list_filter = ("active",)
    search_people = ("user",)
    search_fields = ("tenant__name", "tenant__slug")
    list_select_related = ("user", "tenant")
    fields = ("user", "tenant", "active", "roles_text", "held_text", "created_at")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the tenant's page links to."""
        return lookup == "tenant__id__exact" or super().lookup_allowed(lookup, value, request)

    def links(self, _request: HttpRequest, obj: Membership) -> list[tuple[Text, str]]:
        """The person's factors, and their holds and events here."""
        return [
            (_("Factors"), self.list_url("factor", user__exact=obj.user_id)),
            (_("Holds"), self.list_url("hold", membership__id__exact=obj.pk)),
            (_("Events"), self.list_url("event", tenant=obj.tenant_id, q=name_of(obj.user))),
        ]

    @admin.display(description=_("roles"))
    def roles_text(self, obj: Membership) -> str:
        """The roles as words."""
        return ", ".join(obj.roles) or NOTHING

    @admin.display(description=_("held until"))
    def held_text(self, obj: Membership) -> SafeString | str:
        """The running holds, a line each."""
        found = ((slug, moment_of(until)) for slug, until in dict(obj.held).items())
        rows = [
            (checkpoint_text(slug), date_format(localtime(until), "DATETIME_FORMAT"))
            for slug, until in found
            if is_running(until)
        ]
        return format_html_join("", "<div>{}: {}</div>", rows) or NOTHING
