"""Lift what waits: the one way to end a hold early, whatever kind of thing is held.

A kind of hold says who is bound by it and how it ends; who may end it and how many others must
agree is the same for all: never who is held, and as many as the policy of `lift_hold` says. The
site's operators need nobody else: a small tenant may have no second administrator (C29).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.registry import Registry
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval.approve import (
    ApprovalAction,
    approvals_needed,
    approve_action,
    ask_approval,
    open_request,
    register_action,
)
from otpguard.flows.scope import check_site, check_tenant, is_site
from otpguard.labels import Text
from otpguard.models import Approval, Tenant
from otpguard.models.fields import REASON_LENGTH

CHECKPOINT = "security_settings.lift_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldThing:
    """One wait that runs, of whatever kind. `row` is the kind's own, `who` the person whom it is
    about, None for a whole organization; `reason` is empty where `what` says it all; `lifters` says
    who can end this one, where that is not what its kind says."""

    kind: HeldKind
    row: Any
    who: Any
    what: Text
    until: datetime
    reason: str = ""
    lifters: Text = ""

    @property
    def id(self) -> str:
        """What `find` of its kind takes."""
        return str(self.row.pk)

    @property
    def tenant(self) -> Tenant | None:
        """The organization in which it waits, which may itself be what waits; None for the site."""
        found: Tenant | None = self.row if isinstance(self.row, Tenant) else self.row.tenant
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKind:
    """One kind of thing that waits.

    `find` returns it by its id, None for an unknown one; `tenant_of` its tenant's id; `bound` the
    id of the person who may not lift it, empty for none. `running` lists those of a tenant, or of
    all tenants for None, those that end last first.
    `lifters` says in words who can end the wait; `check` raises NotAllowed for others, `deciders`
    are the ids of those who decide after the first, and `fewest` says of a row how many of them
    must, whatever the policy says. `lift` ends the wait in the caller's transaction and returns
    False if it had ended before; None for what nobody ends early.
    """

    name: str
    lifters: Text
    find: Callable[[str], Any]
    tenant_of: Callable[[Any], str]
    bound: Callable[[Any], str]
    running: Callable[[str | None, datetime], Iterable[HeldThing]]
    deciders: Callable[[Any], Collection[str]]
    check: Callable[[RequestFacts, Any], None] = lambda _facts, _row: None
    fewest: Callable[[Any], int] = lambda _row: 0
    lift: Callable[[RequestFacts, Any, str, Approval | None], bool] | None = None


KINDS: Registry[HeldKind] = Registry("kind of hold")


def register_kind(kind: HeldKind) -> HeldKind:
    """Make a kind of hold known by its name. Raises ValueError for a name that is taken."""
    KINDS.add(kind.name, kind)
    return kind


def lift_or_ask(
    *, facts: RequestFacts, kind: HeldKind, held_id: str, reason: str
) -> bool | Approval:
    """End a wait early, or ask others to agree, as the tenant's policy says; doors call this.

    Where somebody else has asked already, this is the approval. Returns True when it is lifted,
    False when it had ended before, or the approval that it waits for. Commits. Raises NotAllowed
    for who is held, without a person, in another tenant, for an unknown hold and for what nobody
    ends early; InvalidInput (`reason`) without a reason.
    """
    if not 0 < len(reason.strip()) <= REASON_LENGTH:
        raise InvalidInput("reason", str(_("Say why.")))
    found = _checked(facts, kind, held_id)
    tenant = kind.tenant_of(found)
    what = {"kind": kind.name, "held": held_id}
    with transaction.atomic():
        needed = others_needed(facts=facts, kind=kind, row=found)
        if not needed:
            return _lift(facts, kind, found, reason.strip())
        waits = open_request(facts=facts, action=LIFT_HOLD, tenant_id=tenant, what=what)
        if waits is not None and str(waits.asked_by_id) != facts.user:
            agreed: bool | Approval = approve_action(facts=facts, approval_id=waits.pk)
            return agreed
        return ask_approval(
            facts=facts,
            action=LIFT_HOLD,
            subject_id=kind.bound(found),
            tenant_id=tenant,
            what=what,
            reason=reason,
            context={},
            needed=needed,
        )


def others_needed(
    *,
    facts: RequestFacts,
    kind: HeldKind,
    row: Any,  # noqa: ANN401 (any kind's row)
) -> int:
    """How many others must agree before a wait ends early; none for the site's operators."""
    if is_site(facts):
        return 0
    tenant = kind.tenant_of(row)
    asked = approvals_needed(checkpoint=CHECKPOINT, tenant_id=tenant, now=facts.now)
    return max(kind.fewest(row), asked)


def _checked(facts: RequestFacts, kind: HeldKind, held_id: str) -> Any:  # noqa: ANN401 (any kind's row)
    """The thing that is held, for somebody who may lift it."""
    found = kind.find(held_id)
    if found is None:
        raise NotAllowed(str(_("There is no such hold.")))
    check_tenant(facts, kind.tenant_of(found))
    if kind.lift is None:
        raise NotAllowed(str(_("Nobody can end this wait early.")))
    if not facts.user:
        raise NotAllowed(str(_("Only a person can lift a hold.")))
    kind.check(facts, found)
    if facts.user == kind.bound(found):
        raise NotAllowed(str(_("You cannot lift your own hold. Ask another administrator.")))
    return found


def _lift(
    facts: RequestFacts,
    kind: HeldKind,
    found: Any,  # noqa: ANN401 (any kind's row)
    reason: str,
    approval: Approval | None = None,
) -> bool:
    return kind.lift is not None and kind.lift(facts, found, reason, approval)


def held_things(*, tenant_id: str, now: datetime) -> list[HeldThing]:
    """All that waits in a tenant, of every kind, what ends last first. One statement a kind."""
    found = [each for kind in KINDS for each in kind.running(tenant_id, now)]
    return sorted(found, key=lambda each: each.until, reverse=True)


def held_everywhere(
    *, facts: RequestFacts, kinds: Iterable[HeldKind], most: int
) -> list[HeldThing]:
    """What waits in all tenants, of these kinds, what ends last first; at most so many of each kind
    are read. Raises NotAllowed for anybody but the site."""
    check_site(facts)
    found = [each for kind in kinds for each in islice(kind.running(None, facts.now), most)]
    return sorted(found, key=lambda each: each.until, reverse=True)


def may_end(*, facts: RequestFacts, thing: HeldThing) -> bool:
    """Whether the person could end this wait, or ask others to. Reads what its kind reads."""
    try:
        _checked(facts, thing.kind, thing.id)
    except NotAllowed:
        return False
    return True


def asked_to_lift(*, facts: RequestFacts, kind: HeldKind, held_id: str) -> bool:
    """Whether somebody in the tenant of `facts` has asked already to end this wait."""
    what = {"kind": kind.name, "held": held_id}
    return (
        open_request(facts=facts, action=LIFT_HOLD, tenant_id=facts.tenant, what=what) is not None
    )


def _run(facts: RequestFacts, row: Approval) -> bool:
    kind = KINDS.get(row.what["kind"])
    return _lift(facts, kind, _checked(facts, kind, row.what["held"]), row.reason, row)


def _deciders(row: Approval) -> Collection[str]:
    kind = KINDS.get(row.what["kind"])
    found = kind.find(row.what["held"])
    return () if found is None else kind.deciders(found)


LIFT_HOLD = register_action(
    ApprovalAction(
        name="lift_hold",
        label=_("End somebody's wait"),
        checkpoint=CHECKPOINT,
        run=_run,
        deciders=_deciders,
    )
)
