"""Guard an invitation by what the new member may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.decision import Allow
from otpguard.http.guard import require


def require_invite(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    *,
    email: str,
    roles: Iterable[str] = (),
    privileged: Iterable[str] = (),
) -> Allow:
    """Let an invitation pass `team_invite`, or `team_invite.privileged` if it gives an admin role.

    Admin roles are "admin", "billing_admin" and "api_admin", and what `privileged` names of the
    host's own. The page names the e-mail address and the roles, and where the policy binds, the
    proof serves this invitation and no other. Raises as `otpguard.require` does.
    """
    wanted = sorted(set(roles))
    is_privileged = not (ADMIN_ROLES | set(privileged)).isdisjoint(wanted)
    return require(
        request,
        "team_invite.privileged" if is_privileged else "team_invite",
        target=": ".join(filter(None, [email, ", ".join(wanted)])),
        body={"email": email, "roles": wanted},
    )
