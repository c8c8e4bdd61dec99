"""Challenges: what was asked, over which channels, how it ended. No codes: there are none.

And the claims of anonymous ones: which browser may use which number, once.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import (
    NOTHING,
    ReadOnlyAdmin,
    badge,
    checkpoint_text,
    revealed,
)
from otpguard.admin.lists.filters import ChallengeStateFilter, CheckpointFilter, happened
from otpguard.admin.tables.code_words import code_words
from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.facts import RequestFacts
from otpguard.factors.phone import masked_destination
from otpguard.flows.challenge.close import cancel_challenge
from otpguard.labels import CHALLENGE_STATES, CHANNELS, DELIVERY_STATES, Text, level_label
from otpguard.models import Challenge, PhoneClaim

TONES = {
    ChallengeState.OPEN: "wait",
    ChallengeState.VERIFIED: "good",
    ChallengeState.EXHAUSTED: "bad",
    ChallengeState.REPUDIATED: "bad",
}


class CancelChallenge(ObjectAction):
    """The code stops working."""

    slug, label, grave = "cancel", _("Cancel challenge"), True
    help = _("The code stops working. The person can ask for a new one.")

    def is_offered(self) -> bool:
        """Only an open one."""
        return bool(self.obj.state == ChallengeState.OPEN)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """See flows.challenge.close.cancel_challenge."""
        cancel_challenge(facts=facts, challenge=self.obj, reason=form.cleaned_data["reason"])
        return _("The challenge was canceled.")


@admin.register(Challenge)
class ChallengeAdmin(ReadOnlyAdmin):
    """Challenges, the newest first."""

    object_actions = (CancelChallenge,)
    ordering = ("-id",)
    titled_by = ("checkpoint_name", "user")
    list_display = (
        "created_at",
        "user",
        "checkpoint_name",
        "state_text",
        "tenant",
        "channel",
        "destination_text",
        "attempts_text",
        "sends",
    )
    list_display_links = ("created_at",)
    list_filter = (ChallengeStateFilter, "undeliverable", CheckpointFilter)
    search_people = ("user",)
    search_fields = ("tenant__slug", "story")
    list_select_related = ("user", "tenant")
    fields = (
        "checkpoint_name",
        "target_text",
        "level_text",
        "user",
        "tenant",
        "state_text",
        "destination_text",
        "attempts_text",
        "trail",
        "client_ip",
        "device",
        "created_at",
        "expires_at",
        "closed_at",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the factor's page links to."""
        return lookup == "factor__id__exact" or super().lookup_allowed(lookup, value, request)

    def links(self, _request: HttpRequest, obj: Challenge) -> list[tuple[Text, str]]:
        """The story it belongs to."""
        return [(_("Story"), self.list_url("event", story=obj.story))]

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: Challenge) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint)

    @admin.display(description=_("state"))
    def state_text(self, obj: Challenge) -> SafeString:
        """The state as a label."""
        state = ChallengeState(obj.state)
        stuck = obj.undeliverable and state is ChallengeState.OPEN
        text = _("undeliverable") if stuck else CHALLENGE_STATES[state]
        return badge(text, TONES.get(state, ""))

    @admin.display(description=_("asked for"))
    def level_text(self, obj: Challenge) -> str:
        """The level with its meaning."""
        return level_label(AssuranceLevel(obj.level))

    @admin.display(description=_("channel"))
    def channel(self, obj: Challenge) -> str:
        """The channel of the current step."""
        step = obj.plan[obj.step] if obj.step < len(obj.plan) else None
        return str(CHANNELS[Channel(step["channel"])]) if step else NOTHING

    @admin.display(description=_("number"))
    def destination_text(self, obj: Challenge) -> str:
        """Country code and the last two digits."""
        number = revealed(obj.destination)
        return masked_destination(Channel.SMS, number=number, email="") if number else NOTHING

    @admin.display(description=_("tries"))
    def attempts_text(self, obj: Challenge) -> str:
        """How many of how many."""
        return f"{obj.attempts} / {obj.max_attempts}"

    @admin.display(description=_("about"))
    def target_text(self, obj: Challenge) -> str:
        """What the action was about."""
        return revealed(obj.target) or NOTHING

    @admin.display(description=_("IP address"))
    def client_ip(self, obj: Challenge) -> str:
        """Where the request came from."""
        return _net(obj, "client_ip")

    @admin.display(description=_("device"))
    def device(self, obj: Challenge) -> str:
        """What the request was made with."""
        return _net(obj, "agent")

    @admin.display(description=_("sent over"))
    def trail(self, obj: Challenge) -> SafeString | str:
        """Every delivery in the order of the plan."""
        rows = [
            (
                self.link_to("delivery", row.pk, CHANNELS[Channel(row.channel)]),
                row.provider,
                DELIVERY_STATES[DeliveryState(row.state)],
                f" ({code_words(row.outcome)})" if row.outcome else "",
            )
            for row in obj.deliveries.order_by("step")
        ]
        return format_html_join("", "<div>{} · {} · {}{}</div>", rows) or NOTHING


@admin.register(PhoneClaim)
class PhoneClaimAdmin(ReadOnlyAdmin):
    """Phone claims, the newest first."""

    ordering = ("-id",)
    titled_by = ("checkpoint_name", "number_text")
    list_display = (
        "created_at",
        "checkpoint_name",
        "number_text",
        "tenant",
        "state_text",
        "expires_at",
        "used_at",
    )
    list_display_links = ("created_at",)
    list_filter = (CheckpointFilter, ("used_at", happened(_("used"))))
    search_fields = ("tenant__slug", "challenge__story")
    list_select_related = ("challenge", "tenant")
    fields = (
        "checkpoint_name",
        "challenge_link",
        "number_text",
        "tenant",
        "state_text",
        "user",
        "created_at",
        "expires_at",
        "used_at",
    )

    def links(self, _request: HttpRequest, obj: PhoneClaim) -> list[tuple[Text, str]]:
        """The story it belongs to."""
        return [(_("Story"), self.list_url("event", story=obj.challenge.story))]

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: PhoneClaim) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint)

    @admin.display(description=_("challenge"))
    def challenge_link(self, obj: PhoneClaim) -> SafeString | str:
        """The challenge, to click."""
        return self.link_to("challenge", obj.challenge_id, self.checkpoint_name(obj))

    @admin.display(description=_("number"))
    def number_text(self, obj: PhoneClaim) -> str:
        """Country code and the last two digits."""
        number = revealed(obj.challenge.destination)
        return masked_destination(Channel.SMS, number=number, email="") if number else NOTHING

    @admin.display(description=_("state"))
    def state_text(self, obj: PhoneClaim) -> SafeString:
        """Used, expired or neither, as a label."""
        if obj.used_at is not None:
            return badge(_("used"), "good")
        if obj.expires_at <= timezone.now():
            return badge(_("expired"), "")
        return badge(_("not used yet"), "wait")


def _net(obj: Challenge, name: str) -> str:
    known: dict[str, str] = json.loads(revealed(obj.net) or "{}")
    return known.get(name) or NOTHING
