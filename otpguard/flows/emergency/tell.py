"""Who hears of emergency access: every administrator of the tenant and the site's operators."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.core.facts import RequestFacts
from otpguard.flows.notice.notify import notify
from otpguard.models import EmergencyAccess
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.administrators import administrators_of, operators


def tell_everybody(
    facts: RequestFacts, access: EmergencyAccess, kind: NoticeKind, context: Mapping[str, str]
) -> None:
    """Order the notices in the caller's transaction, each person's once, also to who opened it."""
    for user in dict.fromkeys([*administrators_of(access.tenant_id), *operators()]):
        notify(
            facts=facts,
            kind=kind,
            user_id=user,
            tenant_id=str(access.tenant_id),
            context=dict(context),
        )
