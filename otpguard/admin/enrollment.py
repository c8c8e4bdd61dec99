"""Enrollment rules: who must have a factor, and the buttons that change that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import LevelFilter
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.enrollment import remove_rule, set_rule
from otpguard.forms.enrollment import NewRuleForm, RuleForm, initial_of
from otpguard.labels import Text, level_label
from otpguard.models import EnrollmentRule


class AddRule(ObjectAction):
    """A new rule of a tenant or of the site."""

    slug, label, on_list = "add", _("Add rule"), True
    help = _("Rules add up: the site's rules apply in every organization, in addition to its own.")
    form_class = NewRuleForm

    def initial(self) -> dict[str, Any]:
        """The tenant, when a link names it."""
        return {"tenant": self.request.GET.get("tenant", "")}

    def target(self, form: NewRuleForm) -> str:
        """The owner of the rule, and the role it is for."""
        cleaned = form.cleaned_data
        return f"{self.label}: {cleaned['tenant'] or _('the site')}, {cleaned['role'] or '*'}"

    def run(self, facts: RequestFacts, form: NewRuleForm) -> Text:
        """Calls the flow `set_rule`."""
        cleaned = form.cleaned_data
        self.obj = set_rule(
            facts=facts,
            tenant=cleaned["tenant"],
            role=cleaned["role"],
            **form.values(facts.now),
        )
        return _("The rule was saved.")


class ChangeRule(ObjectAction):
    """Level and dates of a rule."""

    slug, label = "set", _("Change")
    form_class = RuleForm

    def initial(self) -> dict[str, Any]:
        """The rule as it is."""
        return initial_of(self.obj)

    def run(self, facts: RequestFacts, form: RuleForm) -> Text:
        """Calls the flow `set_rule`."""
        rule: EnrollmentRule = self.obj
        set_rule(facts=facts, tenant=rule.tenant, role=rule.role, **form.values(facts.now))
        return _("The rule was saved.")


class RemoveRule(ObjectAction):
    """Remove a rule."""

    slug, label, grave = "remove", _("Remove"), True
    help = _("People who are locked out by this rule alone get back in at once.")
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: forms.Form) -> Text:  # noqa: ARG002 (see ObjectAction)
        """Calls the flow `remove_rule`."""
        rule: EnrollmentRule = self.obj
        removed = remove_rule(facts=facts, tenant=rule.tenant, role=rule.role)
        return _("The rule was removed.") if removed else _("No change.")

    def next_url(self) -> str:
        """The list, because the rule is gone."""
        return self.model_admin.page_of(None)


@admin.register(EnrollmentRule)
class EnrollmentRuleAdmin(ReadOnlyAdmin):
    """Rules of the site and of tenants."""

    object_actions = (AddRule, ChangeRule, RemoveRule)
    titled_by = ("for_whom", "whose")
    list_display = ("for_whom", "whose", "asks", "starts_at", "grace_days", "author", "at")
    list_filter = (LevelFilter,)
    search_fields = ("role", "tenant__name", "tenant__slug")
    list_select_related = ("tenant", "author")
    fields = ("whose", "for_whom", "asks", "starts_at", "grace_days", "author", "at")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the tenant's page links to."""
        return lookup == "tenant__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("for whom"))
    def for_whom(self, obj: EnrollmentRule) -> str:
        """The role, or everybody."""
        return obj.role or str(_("everybody"))

    @admin.display(description=_("whose"))
    def whose(self, obj: EnrollmentRule) -> str:
        """The tenant, or the site."""
        return str(obj.tenant or _("the site"))

    @admin.display(description=_("asks"))
    def asks(self, obj: EnrollmentRule) -> SafeString:
        """The level, or any factor."""
        return badge(
            _("any factor") if obj.level is None else level_label(AssuranceLevel(obj.level))
        )
