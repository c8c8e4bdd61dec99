"""Every list of the admin stands in one group, under the name that its page has."""

from __future__ import annotations

import re

from django.contrib import admin
from django.utils.text import capfirst

from otpguard.admin_menu import MENU
from tests.house.source import ROOT

LISTS = [each for group in MENU for each in group.lists]
MODELS = {
    model._meta.model_name: model
    for model in admin.site._registry
    if model._meta.app_label == "otpguard"
}


def test_every_list_stands_in_one_group() -> None:
    assert sorted(each.model for each in LISTS) == sorted(map(str, MODELS))


def test_a_list_is_called_what_its_page_is_called() -> None:
    for each in LISTS:
        assert str(each.label) == capfirst(str(MODELS[each.model]._meta.verbose_name_plural))


def test_each_group_and_list_says_what_it_is() -> None:
    assert [group.slug for group in MENU] == ["people", "policy", "delivery", "log"]
    assert all(str(group.label) for group in MENU)
    assert all(str(each.help) and each.icon for each in LISTS)


def test_the_order_for_jazzmin_in_the_docs_is_that_of_the_menu() -> None:
    page = (ROOT / "docs" / "admin.md").read_text("utf-8")
    assert re.findall(r'"otpguard\.(\w+)"', page) == [each.model for each in LISTS]
