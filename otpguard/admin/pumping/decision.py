"""Pumping decisions: the last day's, one refusal in words, and the release of a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import (
    NOTHING,
    ReadOnlyAdmin,
    badge,
    channel_words,
    checkpoint_text,
    revealed,
)
from otpguard.admin.lists.filters import TenantFilter
from otpguard.admin.pumping.filters import (
    EVERY,
    CountryFilter,
    DecisionSourceFilter,
    DecisionTimeFilter,
    LayerFilter,
    NumberFilter,
)
from otpguard.admin.pumping.words import LANES, LAYERS, NETWORKS, explained
from otpguard.core.facts import RequestFacts
from otpguard.core.money import as_dollars
from otpguard.core.phone import PhoneNumber, mask_phone
from otpguard.core.pumping.attempt import NetworkKind, SpendLane
from otpguard.core.pumping.record import signals_from_json
from otpguard.core.pumping.verdict import Layer
from otpguard.exceptions import NotAllowed
from otpguard.flows.pumping.release_number import release_number
from otpguard.forms.pumping.number_search import NumberSearchForm
from otpguard.labels import CHALLENGE_STATES, Text
from otpguard.models import PumpingDecision
from otpguard.vault import UndecryptableError

TONES: Mapping[str, str] = {
    PumpingDecision.Action.SEND: "good",
    PumpingDecision.Action.PROOF_OF_WORK: "wait",
    PumpingDecision.Action.ANOTHER_WAY: "bad",
    PumpingDecision.Action.REFUSE: "bad",
}


class FindNumber(ObjectAction):
    """Every decision about one number. It changes nothing, so nothing is asked or recorded; the
    number is posted, so that it stands in no log of URLs."""

    slug, label, on_list = "find", _("Find a number"), True
    help = _("Lists the decisions about one number, as far back as they are kept.")
    form_class = NumberSearchForm
    template = "find_number.html"

    def respond(self) -> HttpResponse:
        """The form, or the list of that number by its blind indexes."""
        if self.request.method != "POST":
            return self._page(self.form())
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        indexes = ",".join(vault.blind_indexes(form.cleaned_data["number"].e164))
        query = {NumberFilter.parameter_name: indexes, DecisionTimeFilter.parameter_name: EVERY}
        assert isinstance(self.model_admin, ReadOnlyAdmin)  # noqa: S101 (the admin below)
        return HttpResponseRedirect(self.model_admin.list_url("pumpingdecision", **query))


class ReleaseNumber(ObjectAction):
    """The number passes for an hour what is only suspected of its range."""

    slug, label, grave = "release", _("Release the number for an hour"), True
    help = _(
        "For a person whom you have spoken with. What is only suspected of the range does not count"
        " against this number for an hour. Caps, ceilings of money and a lock-down still do."
    )

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `release_number`."""
        try:
            number = self.obj.number.reveal()
        except UndecryptableError:
            raise NotAllowed(str(_("unreadable: its key is gone"))) from None
        release_number(
            facts=facts,
            number=PhoneNumber(e164=number, region=self.obj.country),
            reason=form.cleaned_data["reason"],
        )
        return _("The number is released for an hour.")


@admin.register(PumpingDecision)
class PumpingDecisionAdmin(ReadOnlyAdmin):
    """Decisions about sends to numbers that nobody had proven, the newest first."""

    object_actions = (FindNumber, ReleaseNumber)
    empty_text = _("Nothing was decided in this time.")
    ordering = ("-id",)
    titled_by = ("number_text", "at")
    list_display = (
        "at",
        "number_text",
        "country",
        "source_text",
        "tenant",
        "action_text",
        "layer_text",
        "reason",
        "repeats",
        "outcome",
    )
    list_display_links = ("at",)
    list_filter = (
        DecisionTimeFilter,
        "action",
        LayerFilter,
        DecisionSourceFilter,
        CountryFilter,
        TenantFilter,
        NumberFilter,
    )
    search_fields = ("prefix", "reason", "tenant__slug")
    search_help_text = _(
        "A range such as +1201555, a reason or an organization; never a whole number."
    )
    list_select_related = ("tenant", "challenge")
    fields = (
        "at",
        "action_text",
        "explanation",
        "outcome",
        "number_text",
        "prefix",
        "country",
        "channel_text",
        "price_text",
        "source_text",
        "tenant",
        "user",
        "lane_text",
        "client_ip_text",
        "network_text",
        "repeats",
        "released",
        "rules",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PumpingDecision]:
        """With the challenges, as far as they are still there: none must be looked for later."""
        return super().get_queryset(request).select_related("challenge")

    def links(self, _request: HttpRequest, obj: PumpingDecision) -> list[tuple[Text, str]]:
        """What else was decided about this number."""
        query = {"number": obj.phone_index, DecisionTimeFilter.parameter_name: EVERY}
        return [(_("This number"), self.list_url("pumpingdecision", **query))]

    @admin.display(description=_("number"))
    def number_text(self, obj: PumpingDecision) -> str:
        """Country code and last two digits."""
        return mask_phone(revealed(obj.number)) if revealed(obj.number) else NOTHING

    @admin.display(description=_("asked for at"))
    def source_text(self, obj: PumpingDecision) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.source)

    @admin.display(description=_("decision"))
    def action_text(self, obj: PumpingDecision) -> SafeString:
        """What was done, as a label."""
        return badge(obj.get_action_display(), TONES.get(obj.action, ""))

    @admin.display(description=_("decided by"))
    def layer_text(self, obj: PumpingDecision) -> str:
        """The layer in words; nothing for a send."""
        return str(LAYERS[Layer(obj.layer)]) if obj.layer in set(Layer) else obj.layer or NOTHING

    @admin.display(description=_("why"))
    def explanation(self, obj: PumpingDecision) -> SafeString | str:
        """Each layer's finding, its weight, and what would have to change."""
        lines = explained(signals_from_json(obj.signals), layer=obj.layer, reason=obj.reason)
        if not lines:
            return str(_("No layer found anything."))
        rows = [
            (
                line.layer,
                line.action,
                _("weight %(n)d") % {"n": line.weight},
                line.reason,
                badge(_("decided"), "bad") if line.decides else "",
                format_html("<div>{}</div>", line.remedy) if line.remedy else "",
            )
            for line in lines
        ]
        return format_html_join(
            "", "<div><strong>{}</strong>: {}, {} · <code>{}</code> {}{}</div>", rows
        )

    @admin.display(description=_("what came of it"))
    def outcome(self, obj: PumpingDecision) -> str:
        """The state of the challenge that was sent."""
        if obj.challenge_id is None:
            return NOTHING
        if obj.challenge is None:
            return str(_("not known any more"))
        words = {state.value: text for state, text in CHALLENGE_STATES.items()}
        return str(words.get(obj.challenge.state, obj.challenge.state))

    @admin.display(description=_("channel"))
    def channel_text(self, obj: PumpingDecision) -> str:
        """The channel of the first message in words."""
        return channel_words(obj.channel) if obj.channel else NOTHING

    @admin.display(description=_("expected price, US$"))
    def price_text(self, obj: PumpingDecision) -> str:
        """Of the first message."""
        return as_dollars(obj.price_micros) if obj.price_micros else NOTHING

    @admin.display(description=_("who asked"))
    def lane_text(self, obj: PumpingDecision) -> str:
        """The lane in words."""
        return str(LANES[SpendLane(obj.lane)]) if obj.lane in set(SpendLane) else obj.lane

    @admin.display(description=_("IP address"))
    def client_ip_text(self, obj: PumpingDecision) -> str:
        """Of the client, while its key is there."""
        return revealed(obj.client_ip) or NOTHING

    @admin.display(description=_("network"))
    def network_text(self, obj: PumpingDecision) -> str:
        """What stands behind the IP address."""
        known = obj.network in set(NetworkKind)
        kind = str(NETWORKS[NetworkKind(obj.network)]) if known else obj.network
        return f"{kind} · AS{obj.asn}" if obj.asn else kind
