"""The admin's scripts in a browser: organizations are suggested, and on a phone rows are cards."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories
from tests.admin.rows import rows_of_everything
from tests.browser import PHONE, OpenPage
from tests.enrolling import rule

pytestmark = pytest.mark.slow  # a browser; the views they ask are tested in tests/admin


def logged_in(page: Page, site_url: str) -> Page:
    operator = factories.staff("operator")
    rows_of_everything(operator)
    rule(None)
    client = factories.login(Client(), operator)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": site_url}])
    return page


def test_on_a_phone_each_row_says_what_its_cells_are(open_page: OpenPage, site_url: str) -> None:
    with open_page(size=PHONE) as page:
        logged_in(page, site_url).goto(reverse("admin:otpguard_tenant_changelist"))
        table = page.get_by_role("table").first
        expect(table).to_have_class("otpguard-stacked")
        row = table.get_by_role("row").filter(has_text="Acme").last
        expect(row.locator(".field-slug")).to_have_attribute("data-otpguard-label", "Slug")
        name, slug = row.locator(".field-name"), row.locator(".field-slug")
        above, below = name.bounding_box(), slug.bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"] + 1, "the cells stand below each other"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_organizations_are_suggested_while_their_name_is_typed(page: Page, site_url: str) -> None:
    for number in range(201):  # more than a menu holds
        factories.tenant(f"t{number}", name=f"Tenant {number}")
    logged_in(page, site_url).goto(reverse("admin:otpguard_policywish_do_choose"))
    field = page.locator("input[data-otpguard-names]")
    field.fill("acm")
    option = page.locator(f"datalist#{field.get_attribute('list')} option[value=acme]")
    expect(option).to_be_attached()
    assert option.text_content() == "Acme"
