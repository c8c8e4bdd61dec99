"""The sidebar of django-unfold gets our groups, with links for those who may see the lists."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from otpguard.admin_menu import MENU
from otpguard.contrib.unfold import navigation
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_list_has_a_link_under_its_group() -> None:
    found = copy.deepcopy(navigation())  # unfold copies it for each page
    assert [str(group["title"]) for group in found] == ["People", "Policy", "Delivery", "Log"]
    links = [str(item["link"]) for group in found for item in group["items"]]
    assert links == [
        reverse(f"admin:otpguard_{each.model}_changelist") for group in MENU for each in group.lists
    ]
    assert all(item["icon"] and str(item["title"]) for group in found for item in group["items"])


def test_a_link_is_shown_to_whom_may_see_the_list() -> None:
    request: Any = RequestFactory().get("/admin/")
    request.user = factories.user(is_staff=True)
    shown = Permission.objects.filter(codename__in=["view_hold", "change_tenant"])
    request.user.user_permissions.set(shown)
    items = [item for group in navigation() for item in group["items"]]
    assert [str(item["title"]) for item in items if item["permission"](request)] == [
        *("Organizations", "Holds")
    ]
