"""An admin site whose menu shows otpguard's lists in four groups instead of one long list.

    class Site(GroupedAdminSite, admin.AdminSite):
        site_header = "Acme"

It stands apart from `otpguard.admin`, whose import registers models and so needs the site that is
being made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from otpguard.admin_menu import MENU

APP = "otpguard"


class GroupedAdminSite(admin.AdminSite):
    """A mixin for admin sites; it goes before the class that it changes."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The apps that this person may see; otpguard's lists in groups, in the menu's order.

        The page of one app stays one app.
        """
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        return [part for app in apps for part in (_parts(app) if _is_ours(app) else [app])]


def _is_ours(app: dict[str, Any]) -> bool:
    return bool(app["app_label"] == APP)


def _parts(app: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One entry for each group with a list to show, and one for lists that no group knows."""
    found = {each["model"]._meta.model_name: each for each in app["models"]}  # noqa: SLF001 (Django's documented Meta API)
    for group in MENU:
        lists = [found.pop(each.model) for each in group.lists if each.model in found]
        if lists:
            name = f"{app['name']}: {group.label}"
            url = f"{app['app_url']}#otpguard-{group.slug}"
            yield {**app, "name": name, "app_url": url, "models": lists}
    if found:
        yield {**app, "models": list(found.values())}
