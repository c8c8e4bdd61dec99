"""Let a reset through for somebody with nothing to confirm with, where the policy asks for that."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.password_reset import PasswordResetPermitted
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_site
from otpguard.models import ResetLink
from otpguard.models.factor import FACTORS
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices.kinds import NoticeKind


def permit_reset(*, facts: RequestFacts, link_id: UUID, reason: str) -> bool:
    """Let the person of this link set a new password by it, though they can confirm nothing.

    It concerns a person in all their tenants, so only an operator of the site may, and only for the
    link that counts now: within its hour. What is sensitive waits after the reset, and the person
    is told. Locks the person. False when it was let through before. Raises NotAllowed for the
    operator's own link, when the actor is no person or none of the site's, for a link that does not
    count any more, and for somebody who has a factor, which is reset instead; InvalidInput
    (`reason`) without a reason.
    """
    check_site(facts)
    if not facts.user:
        raise NotAllowed(str(_("Only a person can let a password reset through.")))
    if not 0 < len(reason.strip()) <= REASON_LENGTH:
        text = str(_("Say why, in at most %(length)s characters."))
        raise InvalidInput("reason", text % {"length": REASON_LENGTH})
    with transaction.atomic():
        link = ResetLink.objects.live(facts.now).filter(pk=link_id).first()
        if link is None:
            raise NotAllowed(str(_("This link does not work any more. Ask for a new one.")))
        lock_person(link.user_id)
        _check(facts, link)
        live = ResetLink.objects.live(facts.now).filter(pk=link.pk, permitted_at=None)
        if not live.update(permitted_at=facts.now, permitted_by=facts.user):
            return False
        subject = str(link.user_id)
        said = PasswordResetPermitted(link=str(link.pk), reason=reason.strip())
        record(said, Circumstances.of(facts, subject=subject))
        notify(facts=facts, kind=NoticeKind.PASSWORD_RESET_PERMITTED, user_id=subject)
    return True


def _check(facts: RequestFacts, link: ResetLink) -> None:
    if facts.user == str(link.user_id):
        raise NotAllowed(str(_("You cannot let your own password reset through.")))
    if FACTORS.filter(Q(user_id=link.user_id), tenant=None, confirmed=True).exists():
        text = _("This person has a way of confirming. If it is lost, reset it first.")
        raise NotAllowed(str(text))
