"""Let somebody in by a link that the project has mailed: beside it, what a reset would take."""

from __future__ import annotations

from django.db.models import Q

from otpguard.account import find_user
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import ResetNeed, opens_link
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.lock_order import lock_person
from otpguard.flows.password_reset.aftermath import hold_sensitive
from otpguard.flows.password_reset.finish import refuse
from otpguard.flows.password_reset.need import state_of_reset
from otpguard.flows.release.hold import HoldCause
from otpguard.models import Hold
from otpguard.store_errors import STORE_ERRORS

_HELD = f"{HoldCause.LOGIN_LINK}: by e-mail alone"


def enter_by_link(*, facts: RequestFacts) -> ResetNeed:
    """What is missing before the person of `facts` may be logged in by a link.

    The project has found that its link counts; who may not be asked by the policy of
    `password_reset` may not enter here. Where the link alone is enough, what is sensitive waits in
    each of the person's tenants for as long as that policy says, from this login on. The first such
    wait is told to the person and the administrators. Locks the person and their memberships.
    Raises StoreUnavailable.
    """
    try:
        with transaction.atomic():
            lock_person(facts.user)
            user = find_user(facts.user)
            if user is None or not user.is_active:
                return ResetNeed.ADMINISTRATOR
            state = state_of_reset(facts, user)
            if not opens_link(state.need):
                refuse(facts, state)
            elif state.need is ResetNeed.EMAIL_ONLY:
                hold_sensitive(facts, state.policy.hold, _HELD, told=_waits_already(facts))
    except STORE_ERRORS as error:
        raise StoreUnavailable("the login by a link cannot be decided") from error
    return state.need


def _waits_already(facts: RequestFacts) -> bool:
    running = Hold.objects.filter(
        Q(user_id=facts.user), checkpoint=SENSITIVE, lifted_at=None, until__gt=facts.now
    )
    return running.filter(reason=_HELD).exists()
