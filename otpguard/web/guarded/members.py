"""Guard an import of members as one action, whatever the number of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import ngettext

from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.decision import Allow
from otpguard.flows.tenant.import_members import MemberRow
from otpguard.http.guard import require


def require_import(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    *,
    rows: Iterable[MemberRow],
    privileged: Iterable[str] = (),
) -> Allow:
    """Let an import of members pass `role_grant` if a row gives an admin role, else `team_invite`.

    Admin roles are those of `require_invite`, as is `privileged`. The page says how many members
    and administrators there are; where the policy binds, one proof serves exactly these rows, in
    this order. Raises as `otpguard.require` does.
    """
    given: list[dict[str, Any]] = [
        {"user": row.user_id, "roles": sorted(set(row.roles)), "active": row.active} for row in rows
    ]
    strong = ADMIN_ROLES | set(privileged)
    admins = sum(bool(row["active"]) and not strong.isdisjoint(row["roles"]) for row in given)
    return require(
        request,
        "role_grant" if admins else "team_invite",
        target=_said(len(given), admins),
        body=given,
    )


def _said(members: int, admins: int) -> str:
    said = ngettext("%(count)d member", "%(count)d members", members) % {"count": members}
    if not admins:
        return said
    some = ngettext("%(count)d administrator", "%(count)d administrators", admins)
    return f"{said}, {some % {'count': admins}}"
