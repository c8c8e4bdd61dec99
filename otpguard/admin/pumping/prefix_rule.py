"""Prefix rules: which numbers operators block or allow, and the actions that change it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, is_running
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.pumping.prefix_rules import end_prefix_rule, set_prefix_rule
from otpguard.forms.pumping.prefix_rule import PrefixRuleForm
from otpguard.labels import Text
from otpguard.models import PrefixRule


class SetPrefixRule(ObjectAction):
    """A rule for a prefix."""

    slug, label, on_list = "set", _("Set rule"), True
    help = _(
        "The longest rule that fits a number counts, and of two for the same prefix the block. An"
        " allowed prefix is not blocked by statistics; limits and budgets still hold."
    )
    form_class = PrefixRuleForm

    def target(self, form: PrefixRuleForm) -> str:
        """Which prefix, and what is to hold."""
        cleaned = form.cleaned_data
        return f"{self.label}: {cleaned['action']} {cleaned['prefix']}"

    def run(self, facts: RequestFacts, form: PrefixRuleForm) -> Text:
        """Calls the flow `set_prefix_rule`."""
        reason = form.cleaned_data["reason"]
        self.obj = set_prefix_rule(facts=facts, rule=form.rule(), reason=reason)
        return _("The rule was saved.")


class EndPrefixRule(ObjectAction):
    """The rule is removed."""

    slug, label, grave = "end", _("End"), True
    help = _("From now on the statistics alone speak about these numbers.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `end_prefix_rule`."""
        if not end_prefix_rule(facts=facts, rule=self.obj, reason=form.cleaned_data["reason"]):
            raise NotAllowed(str(_("This rule is gone already.")))
        return _("The rule was ended.")

    def next_url(self) -> str:
        """The list, because the rule has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(PrefixRule)
class PrefixRuleAdmin(ReadOnlyAdmin):
    """Rules by prefix."""

    object_actions = (SetPrefixRule, EndPrefixRule)
    empty_text = _("Nobody has blocked or allowed a prefix.")
    titled_by = ("prefix", "action_text")
    list_display = ("prefix", "action_text", "until", "source", "at")
    list_filter = ("action",)
    search_fields = ("prefix", "source")
    fields = ("prefix", "action_text", "until", "source", "at")

    @admin.display(description=_("rule"))
    def action_text(self, obj: PrefixRule) -> SafeString:
        """Whether it blocks or allows, or has lapsed."""
        if obj.until is not None and not is_running(obj.until):
            return badge(_("lapsed"))
        blocks = obj.action == PrefixRule.Action.BLOCK
        return badge(obj.get_action_display(), "bad" if blocks else "good")
