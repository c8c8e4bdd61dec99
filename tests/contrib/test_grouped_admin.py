"""The menu of a grouped site has four groups of our lists, and everything else as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from otpguard.contrib.grouped_admin import GroupedAdminSite
from tests import factories

pytestmark = pytest.mark.django_db


class GroupedSite(GroupedAdminSite, admin.AdminSite):
    """As a host has it."""


grouped = GroupedSite(name="grouped")
grouped._registry = {
    model: type(each)(model, grouped) for model, each in admin.site._registry.items()
}
urlpatterns = [path("admin/", admin.site.urls), path("staff/", grouped.urls)]


def menu(person: Any) -> list[Any]:
    request = RequestFactory().get("/staff/")
    request.user = person
    with override_settings(ROOT_URLCONF="tests.contrib.test_grouped_admin"):
        return grouped.get_app_list(request)


def test_our_lists_stand_in_four_groups_in_order() -> None:
    apps = menu(factories.staff())
    ours = [app for app in apps if app["app_label"] == "otpguard"]
    assert [app["name"].partition(": ")[2] for app in ours] == [
        *("People", "Policy", "Delivery", "Log")
    ]
    assert [each["object_name"] for each in ours[1]["models"]] == [
        *("PolicyWish", "PolicyException", "EnrollmentRule")
    ]
    assert ours[1]["app_url"] == "/staff/otpguard/#otpguard-policy"
    assert len([app for app in apps if app["app_label"] == "auth"]) == 1


def test_nothing_is_lost_and_nothing_is_there_twice() -> None:
    listed = [each["model"] for app in menu(factories.staff()) for each in app["models"]]
    assert sorted(map(str, listed)) == sorted(map(str, admin.site._registry))


def test_a_group_without_a_list_to_see_is_not_there() -> None:
    viewer = factories.user(is_staff=True)
    viewer.user_permissions.set([Permission.objects.get(codename="view_event")])
    (only,) = menu(viewer)
    assert only["name"].endswith(": Log")
    assert [each["object_name"] for each in only["models"]] == ["Event"]


@override_settings(ROOT_URLCONF="tests.contrib.test_grouped_admin")
def test_the_start_page_of_otpguard_stays_one_page(client: Client) -> None:
    factories.login(client, factories.staff())
    page = client.get("/staff/otpguard/").content.decode()
    for group in ("people", "policy", "delivery", "log"):
        assert f'id="otpguard-{group}"' in page
    assert client.get("/staff/").status_code == 200


def test_a_site_can_be_made_before_any_model_is_registered(tmp_path: Path) -> None:
    """Importing the mixin must not import `otpguard.admin`, which needs the site itself."""
    (tmp_path / "acme_admin.py").write_text(
        "from django.contrib import admin\n"
        "from django.contrib.admin.apps import AdminConfig\n"
        "from otpguard.contrib.grouped_admin import GroupedAdminSite\n"
        "class Site(GroupedAdminSite, admin.AdminSite):\n    pass\n"
    )
    (tmp_path / "acme_apps.py").write_text(
        "from django.contrib.admin.apps import AdminConfig\n"
        "class Config(AdminConfig):\n    default_site = 'acme_admin.Site'\n"
    )
    code = (
        "from django.conf import settings as s; import tests.settings as t\n"
        "apps = ['acme_apps.Config' if a == 'django.contrib.admin' else a"
        " for a in t.INSTALLED_APPS]\n"
        "s.configure(**{**{k: v for k, v in vars(t).items() if k.isupper()},"
        " 'INSTALLED_APPS': apps})\n"
        "import django; django.setup()\n"
        "from django.contrib import admin\n"
        "from otpguard.models import Hold\n"
        "print(type(admin.site._wrapped).__name__, Hold in admin.site._registry)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}", "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["Site", "True"], done.stderr
