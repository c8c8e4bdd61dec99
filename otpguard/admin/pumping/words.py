"""What the layers of the pumping defense are called, and what would change their finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.attempt import NetworkKind, SpendLane
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.labels import Text

LAYERS: Mapping[Layer, Text] = {
    Layer.VELOCITY: _("Caps"),
    Layer.COUNTRY: _("Country and kind of number"),
    Layer.REPUTATION: _("Reputation of the range"),
    Layer.NETWORK: _("Network"),
    Layer.BOT: _("Form"),
    Layer.MONEY: _("Money"),
    Layer.NUMBER: _("What is known about the number"),
    Layer.HYGIENE: _("Sign-up"),
}

REMEDIES: Mapping[Layer, Text] = {
    Layer.VELOCITY: _(
        "Too many codes were asked for. This ends by itself once the window has passed; a cap can"
        " be raised for some days."
    ),
    Layer.COUNTRY: _(
        "Numbers of this country or kind are not on the list. The allowed countries and kinds stand"
        " in the policy."
    ),
    Layer.REPUTATION: _(
        "Few of the codes that went to this range were entered. The block ends by itself; until"
        " then, support can release the number for an hour."
    ),
    Layer.NETWORK: _(
        "The request came through a hosting provider, a proxy or Tor. The person can ask again"
        " from their own connection."
    ),
    Layer.BOT: _(
        "The form was sent the way scripts send it. The person can load the page again and fill it"
        " in by hand."
    ),
    Layer.MONEY: _(
        "A budget or a ceiling is used up, or paid channels are closed. This opens again with"
        " time; budgets are settings."
    ),
    Layer.NUMBER: _(
        "What a provider of number data says speaks against messages to this number. The person"
        " can use another way or another number."
    ),
    Layer.HYGIENE: _(
        "The e-mail domain gives out mailboxes to throw away, or the number belongs to too many"
        " organizations. The person can use others."
    ),
}

ACTIONS: Mapping[Action, Text] = {
    Action.SEND: _("nothing against it"),
    Action.PROOF_OF_WORK: _("asks for a proof of work"),
    Action.ANOTHER_WAY: _("offers another way"),
    Action.REFUSE: _("refuses"),
}

LANES: Mapping[SpendLane, Text] = {
    SpendLane.OWNER: _("owner of a confirmed number"),
    SpendLane.KNOWN: _("known browser"),
    SpendLane.INVITED: _("invited by an organization"),
    SpendLane.MAILED: _("stranger with a confirmed e-mail"),
    SpendLane.STRANGER: _("stranger"),
}

NETWORKS: Mapping[NetworkKind, Text] = {
    NetworkKind.ORDINARY: _("ordinary"),
    NetworkKind.HOSTING: _("hosting provider"),
    NetworkKind.TOR: _("Tor"),
    NetworkKind.PROXY: _("proxy"),
    NetworkKind.UNKNOWN: _("not in the data"),
    NetworkKind.OFF: _("no data loaded"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSignal:
    """One layer's finding in words. `remedy` is empty where nothing has to change."""

    layer: Text
    action: Text
    weight: int
    reason: str
    remedy: Text
    decides: bool


def explained(signals: Iterable[Signal], *, layer: str, reason: str) -> list[ExplainedSignal]:
    """The findings in words; `layer` and `reason` are those of the one that decided."""
    return [
        ExplainedSignal(
            layer=LAYERS[each.layer],
            action=ACTIONS[each.action],
            weight=each.weight,
            reason=f"{each.reason} ({each.detail})" if each.detail else each.reason,
            remedy=REMEDIES[each.layer] if each.action is not Action.SEND else "",
            decides=(each.layer.value, each.reason) == (layer, reason),
        )
        for each in signals
    ]
