"""All pages of the admin: they show, they hide, they never write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Permission
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.models import BooleanField, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from otpguard.admin.base import ReadOnlyAdmin, channel_words, checkpoint_text
from otpguard.admin.lists.paginator import CappedPaginator
from otpguard.models import Event, Factor, Hold, Membership, Tenant
from tests import factories
from tests.admin.rows import NUMBER, Rows, rows_of_everything

MODELS = [model for model in admin.site._registry if model._meta.app_label == "otpguard"]
MOST_STATEMENTS = 14
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(operator: AbstractUser) -> Rows:
    return rows_of_everything(operator)


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:otpguard_{model._meta.model_name}_{page}", args=args)


def test_every_model_of_the_admin_has_a_row_here(world: Rows) -> None:
    assert set(world) == set(MODELS)


def test_lists_and_pages_show_the_row_and_no_number(world: Rows, site: Client) -> None:
    for model in MODELS:
        for url in (url_of(model, "changelist"), url_of(model, "change", world[model].pk)):
            page = site.get(url)
            assert page.status_code == 200, url
            text = page.content.decode()
            for secret in (NUMBER, NUMBER[2:], "seed", "phone_index", "Encrypted("):
                assert secret not in text, (url, secret)


def test_no_list_costs_many_statements(world: Rows, site: Client) -> None:
    for model in MODELS:
        with CaptureQueriesContext(connection) as statements:
            site.get(url_of(model, "changelist"))
        assert len(statements) <= MOST_STATEMENTS, (model, list(statements))


def test_nothing_can_be_added_edited_or_deleted(world: Rows, site: Client) -> None:
    for model in MODELS:
        row = world[model]
        assert site.get(url_of(model, "add")).status_code == 403, model
        if model is not Tenant:  # the one whose deletion is a flow
            assert site.get(url_of(model, "delete", row.pk)).status_code == 403, model
        assert site.post(url_of(model, "change", row.pk), {"name": "x"}).status_code == 403, model
        page = site.get(url_of(model, "change", row.pk)).content.decode()
        assert 'name="_save"' not in page, model


def test_every_page_names_its_fields_and_searches_and_filters() -> None:
    for model in MODELS:
        shown = admin.site.get_model_admin(model)
        assert isinstance(shown, ReadOnlyAdmin), model
        assert shown.fields, model
        assert shown.search_fields or shown.search_people, model
        assert shown.list_filter, model


def test_people_are_searched_by_what_the_hosts_user_model_has() -> None:
    """A column of Django's own users, in a list of ours, is a 500 for a host that has another."""
    for model in MODELS:
        for path in admin.site.get_model_admin(model).search_fields:
            at = model
            for part in path.split("__"):
                related = at._meta.get_field(part).related_model
                assert related is not get_user_model(), (model, path)
                at = related if isinstance(related, type) else at


def test_who_may_only_view_sees_no_button(world: Rows, client: Client) -> None:
    viewer = factories.user(is_staff=True)
    factories.login(client, viewer)
    for model in MODELS:
        name = f"view_{model._meta.model_name}"
        viewer.user_permissions.set([Permission.objects.get(codename=name)])
        for url in (url_of(model, "changelist"), url_of(model, "change", world[model].pk)):
            page = client.get(url)
            assert page.status_code == 200, url
            assert "/do/" not in page.content.decode(), url


def test_staff_without_permission_and_members_see_nothing(
    world: dict[type[Model], Model], client: Client
) -> None:
    factories.login(client, factories.user(is_staff=True))
    assert client.get(url_of(Event, "changelist")).status_code == 403
    client.logout()
    factories.login(client, factories.user())
    assert client.get(url_of(Event, "changelist")).status_code == 302


def test_the_app_is_on_the_index_by_its_name(site: Client) -> None:
    page = site.get(reverse("admin:index")).content.decode()
    assert str(apps.get_app_config("otpguard").verbose_name) in page


def test_a_list_keeps_the_capitals_of_its_name(site: Client) -> None:
    page = site.get(reverse("admin:otpguard_whatsappsender_changelist")).content.decode()
    assert "<h1>WhatsApp senders</h1>" in page


def test_a_channel_reads_as_words_and_an_unknown_one_as_it_is() -> None:
    assert channel_words("voice") == "phone call"
    assert channel_words("fax") == "fax"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("tone", "ground"), [("good", "success"), ("bad", "error"), ("wait", "warning")]
)
def test_a_state_can_be_read_in_either_theme(theme: str, tone: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    ours = _colors("otpguard/admin.css", theme)
    django = _colors("admin/css/base.css" if theme == "light" else "admin/css/dark_mode.css", theme)
    light, dark = sorted(
        (
            _luminance(ours[f"--otpguard-{tone}-fg"]),
            _luminance(django[f"--message-{ground}-bg"]),
        ),
        reverse=True,
    )
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _colors(sheet: str, theme: str) -> dict[str, str]:
    """The custom properties that a style sheet sets for a theme."""
    found = finders.find(sheet)
    assert found
    block = re.search(
        rf'html\[data-theme="{theme}"\][^{{]*{{([^}}]*)}}', Path(found).read_text(encoding="utf-8")
    )
    assert block is not None
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})", block[1]))


def _luminance(color: str) -> float:
    """Of a hexadecimal color (WCAG 2.2)."""
    digits = color[1:] if len(color) == 7 else "".join(each * 2 for each in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_checkpoint_reads_as_words_and_an_unknown_one_as_it_is() -> None:
    assert checkpoint_text("api_key") == "Create or rotate an API key"
    assert checkpoint_text("*") == "Every checkpoint"
    assert checkpoint_text("gone_by_now") == "gone_by_now"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_list_sorts_counts_or_dates_a_whole_table(model: type[Model]) -> None:
    shown = admin.site._registry[model]
    assert (shown.date_hierarchy, tuple(shown.sortable_by or ())) == (None, ())
    assert issubclass(shown.paginator, CappedPaginator)
    for column in shown.list_display:
        assert not hasattr(getattr(shown, str(column), None), "admin_order_field"), column


SMALL = {
    "paidclosure",
    "price",
    "routehealth",
    "routeswitch",
    "signuplockdown",
    "tendlcregistration",
    "tenant",
    "whatsappsender",
    "capraise",
    "numberrelease",
}
"""Tables that a site fills by hand: to look through one costs nothing."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_filter_looks_through_a_whole_table_for_its_values(model: type[Model]) -> None:
    for chosen in admin.site._registry[model].list_filter:
        if isinstance(chosen, str) and model._meta.model_name not in SMALL:
            field = get_fields_from_path(model, chosen)[-1]
            assert field.choices or isinstance(field, BooleanField), chosen


def test_a_bookmark_that_sorts_leads_to_the_list_as_it_is(site: Client, world: Rows) -> None:
    answer = site.get(url_of(Tenant, "changelist"), {"o": "1", "q": "acme"})
    assert (answer.status_code, answer["Location"].partition("?")[2]) == (302, "q=acme")


def test_a_page_is_titled_in_words(world: Rows, site: Client) -> None:
    titles = {
        model: site.get(url_of(model, "change", row.pk)).context["subtitle"]
        for model, row in world.items()
    }
    assert titles[Hold] == "Every checkpoint, ada"
    assert titles[Factor] == "Phone, ada"
    assert titles[Membership] == "ada @ Acme"
    for model, title in titles.items():
        assert not re.search(r"[a-z]_[a-z]|\bsms\b", title), (model, title)
        assert not title.startswith("<"), (model, title)
