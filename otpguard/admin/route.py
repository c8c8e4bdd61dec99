"""The health of routes, and what operators have switched off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, channel_words, is_running
from otpguard.admin.lists.filters import ChannelFilter
from otpguard.admin.tables.code_words import code_column
from otpguard.core.facts import RequestFacts
from otpguard.flows.route.health import pause_route, resume_route
from otpguard.flows.route.switch import switch_off, switch_on
from otpguard.forms.route import SwitchForm
from otpguard.labels import Text
from otpguard.models import RouteHealth, RouteSwitch

TONES = {
    RouteHealth.State.IN_USE: "good",
    RouteHealth.State.PAUSED: "bad",
    RouteHealth.State.ON_TRIAL: "wait",
}


class Pause(ObjectAction):
    """The route is not used for a while."""

    slug, label, grave = "pause", _("Pause"), True
    help = _(
        "It pauses for ten minutes; then one message tries it. To stop it for longer, add a switch."
    )

    def is_offered(self) -> bool:
        """Only one that is in use."""
        return bool(self.obj.state == RouteHealth.State.IN_USE)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `pause_route`."""
        done = pause_route(facts=facts, health=self.obj, reason=form.cleaned_data["reason"])
        return _("The route is paused.") if done else _("It was paused already.")


class Resume(ObjectAction):
    """The route is used again without waiting."""

    slug, label = "resume", _("Resume")
    help = _("Codes use it at once, and its failures are forgotten.")

    def is_offered(self) -> bool:
        """Only one that is not in use, or whose vendor asked us to wait."""
        return bool(self.obj.state != RouteHealth.State.IN_USE or self.obj.wait_until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `resume_route`."""
        done = resume_route(facts=facts, health=self.obj, reason=form.cleaned_data["reason"])
        return _("The route is in use again.") if done else _("It was in use already.")


class SwitchOff(ObjectAction):
    """The kill switch."""

    slug, label, on_list, grave = "off", _("Switch off"), True, True
    help = _("Codes no longer use these routes, including codes that are waiting to be sent.")
    form_class = SwitchForm

    def target(self, form: SwitchForm) -> str:
        """What is stopped."""
        named = (form.cleaned_data[name] for name in ("provider", "channel", "country"))
        return f"{self.label}: {' '.join(filter(None, named))}"

    def run(self, facts: RequestFacts, form: SwitchForm) -> Text:
        """Calls the flow `switch_off`."""
        self.obj = switch_off(facts=facts, **form.values)
        return _("It is switched off.")


class SwitchOn(ObjectAction):
    """The end of a switch."""

    slug, label = "on", _("Switch on again")

    def is_offered(self) -> bool:
        """Only one that still counts."""
        return _counts(self.obj)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `switch_on`."""
        done = switch_on(facts=facts, switch=self.obj, reason=form.cleaned_data["reason"])
        return _("It is switched on again.") if done else _("It was on already.")


@admin.register(RouteHealth)
class RouteHealthAdmin(ReadOnlyAdmin):
    """Breakers by route. Counts are of the last minute that had any."""

    object_actions = (Pause, Resume)
    titled_by = ("route",)
    list_display = (
        "route",
        "state_text",
        "reason_text",
        "paused_until",
        "wait_until",
        "counts",
        "changed_at",
    )
    list_filter = ("state", ChannelFilter, "provider")
    search_fields = ("provider", "country", "reason")
    fields = (
        "provider",
        "channel_text",
        "country_text",
        "state_text",
        "reason_text",
        "paused_until",
        "wait_until",
        "pauses",
        "counts",
        "since",
        "changed_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RouteHealth]:
        """Without the rows that only remember when a provider's operators were told."""
        rows: QuerySet[RouteHealth] = super().get_queryset(request)
        return rows.exclude(channel="")

    reason_text = code_column("reason", _("reason"))

    @admin.display(description=_("route"))
    def route(self, obj: RouteHealth) -> str:
        """Provider, channel and country in one column."""
        return _route(obj.provider, obj.channel, obj.country)

    @admin.display(description=_("channel"))
    def channel_text(self, obj: RouteHealth) -> str:
        """The channel in words."""
        return channel_words(obj.channel)

    @admin.display(description=_("country"))
    def country_text(self, obj: RouteHealth) -> str:
        """The country's code, or every one."""
        return obj.country or str(_("every country"))

    @admin.display(description=_("state"))
    def state_text(self, obj: RouteHealth) -> SafeString:
        """The state as a label."""
        return badge(obj.get_state_display(), TONES[RouteHealth.State(obj.state)])

    @admin.display(description=_("lately"))
    def counts(self, obj: RouteHealth) -> str:
        """What was counted in the last minute that had any."""
        counted = {"tries": obj.tries, "failures": obj.failures, "slow": obj.slow}
        return str(_("%(tries)d tries, %(failures)d failed, %(slow)d slow") % counted)

    @admin.display(description=_("counted since"))
    def since(self, obj: RouteHealth) -> str:
        """When that minute began."""
        return date_format(localtime(obj.window_at), "DATETIME_FORMAT")

    @admin.display(description=_("pauses in a row"))
    def pauses(self, obj: RouteHealth) -> int:
        """How often its trial message failed; each pause is longer than the one before."""
        return obj.pauses


@admin.register(RouteSwitch)
class RouteSwitchAdmin(ReadOnlyAdmin):
    """Switches, the newest first."""

    object_actions = (SwitchOff, SwitchOn)
    titled_by = ("what",)
    list_display = ("what", "state_text", "reason", "by", "at", "until", "ended_at")
    list_filter = (ChannelFilter, "provider", "country")
    search_fields = ("provider", "country", "reason")
    list_select_related = ("by",)
    fields = ("what", "state_text", "reason", "by", "at", "until", "ended_at")

    @admin.display(description=_("what"))
    def what(self, obj: RouteSwitch) -> str:
        """What it stops."""
        return _route(obj.provider, obj.channel, obj.country)

    @admin.display(description=_("state"))
    def state_text(self, obj: RouteSwitch) -> SafeString:
        """Whether it counts."""
        return badge(_("off"), "bad") if _counts(obj) else badge(_("ended"))


def _counts(switch: RouteSwitch) -> bool:
    over = switch.until is not None and not is_running(switch.until)
    return switch.ended_at is None and not over


def _route(provider: str, channel: str, country: str) -> str:
    """The route as text; an empty part stands for all."""
    return " · ".join(
        (
            provider or str(_("every provider")),
            channel_words(channel) if channel else str(_("every channel")),
            country or str(_("every country")),
        )
    )
