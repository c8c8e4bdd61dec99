"""Prefix statistics: how many numbers enter their codes, which prefixes are blocked, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, is_running
from otpguard.admin.lists.filters import happened
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.conversion import RunningSum
from otpguard.exceptions import NotAllowed
from otpguard.flows.pumping.release_prefix import release_prefix
from otpguard.labels import Text
from otpguard.models import PrefixStatistic


class ReleasePrefix(ObjectAction):
    """The block ends."""

    slug, label, grave = "release", _("Release"), True
    help = _(
        "Codes go to these numbers again, within all limits and budgets. The count starts at zero:"
        " six more numbers without a code block it again. To keep it open, set a rule that allows"
        " the prefix."
    )

    def is_offered(self) -> bool:
        """Only while it is blocked."""
        return is_running(self.obj.blocked_until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `release_prefix`."""
        if not release_prefix(facts=facts, statistic=self.obj, reason=form.cleaned_data["reason"]):
            raise NotAllowed(str(_("No block runs any more.")))
        return _("The block was ended.")


@admin.register(PrefixStatistic)
class PrefixStatisticAdmin(ReadOnlyAdmin):
    """Blocked ones first."""

    object_actions = (ReleasePrefix,)
    empty_text = _("No codes were sent to new numbers yet.")
    titled_by = ("level", "key", "lane")
    list_display = (
        "key",
        "level",
        "lane",
        "state_text",
        "tried_text",
        "verified_text",
        "sum_text",
        "blocked_until",
    )
    list_filter = (("blocked_until", happened(_("blocked"))), "level")
    search_fields = ("key", "country")
    fields = (
        "key",
        "level",
        "lane",
        "country",
        "state_text",
        "sends_text",
        "tried_text",
        "verified_text",
        "sum_text",
        "at",
        "blocked_until",
        "blocks",
    )

    @admin.display(description=_("state"))
    def state_text(self, obj: PrefixStatistic) -> SafeString:
        """Whether it is blocked."""
        if is_running(obj.blocked_until):
            return badge(_("blocked"), "bad")
        return badge(_("open"), "good")

    @admin.display(description=_("messages"))
    def sends_text(self, obj: PrefixStatistic) -> str:
        """Messages, older ones counting less."""
        return f"{_now(obj).sends:.1f}"

    @admin.display(description=_("numbers"))
    def tried_text(self, obj: PrefixStatistic) -> str:
        """Numbers that were tried, older ones counting less."""
        return f"{_now(obj).tried:.1f}"

    @admin.display(description=_("confirmed"))
    def verified_text(self, obj: PrefixStatistic) -> str:
        """How many of them entered a code."""
        return f"{_now(obj).verified:.1f}"

    @admin.display(description=_("sum of the test"))
    def sum_text(self, obj: PrefixStatistic) -> str:
        """The sum, and at which it blocks."""
        return f"{_now(obj).total:.2f} / {settings().reputation.test.threshold:.2f}"


def _now(obj: PrefixStatistic) -> RunningSum:
    found = RunningSum(
        at=obj.at, total=obj.total, sends=obj.sends, tried=obj.tried, verified=obj.verified
    )
    return settings().reputation.test.faded(found, timezone.now())
