"""The groups of otpguard's lists for the sidebar of django-unfold.

    UNFOLD = {"SIDEBAR": {"navigation": [*own_groups, *navigation()]}}

Nothing is looked up before a page is shown, so settings can call it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy

from otpguard.admin_menu import MENU, MenuList


def navigation(*, site: str = "admin") -> list[dict[str, Any]]:
    """One group with a title, a line above it and its links for each group of the menu.

    `site` is the name of the admin site. A link is shown to people who may see its list.
    """
    return [
        {
            "title": group.label,
            "separator": True,
            "items": [_link(each, site) for each in group.lists],
        }
        for group in MENU
    ]


def _link(each: MenuList, site: str) -> dict[str, Any]:
    return {
        "title": each.label,
        "icon": each.icon,
        "link": reverse_lazy(f"{site}:otpguard_{each.model}_changelist"),
        "permission": partial(_may_see, each.model),
    }


def _may_see(model: str, request: HttpRequest) -> bool:
    """As `ReadOnlyAdmin.has_view_permission` has it."""
    return any(request.user.has_perm(f"otpguard.{may}_{model}") for may in ("view", "change"))
