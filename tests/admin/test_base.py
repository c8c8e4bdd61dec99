"""All pages of the admin: they show, they hide, they never write."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AbstractUser, Permission
from django.contrib.staticfiles import finders
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.admin.base import ReadOnlyAdmin, channel_words, checkpoint_text
from otpguard.flows import hold
from otpguard.models import (
    Approval,
    Challenge,
    Delivery,
    EnrollmentRule,
    Event,
    Factor,
    FactorBlock,
    Grant,
    Hold,
    LoginSession,
    Membership,
    PolicyWish,
    Tenant,
)
from tests import factories

MODELS = [
    Approval,
    Challenge,
    Delivery,
    EnrollmentRule,
    Event,
    Factor,
    FactorBlock,
    Grant,
    Hold,
    LoginSession,
    Membership,
    PolicyWish,
    Tenant,
]
NUMBER = "+12015550199"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(operator: AbstractUser) -> dict[type[Model], Model]:
    """A row of everything, with one number in it."""
    tenant = factories.tenant("acme", name="Acme")
    member = factories.member(tenant, factories.user("ada"), roles=["admin"])
    factor = factories.phone_factor(member.user, NUMBER)
    challenge = Challenge.objects.create(
        seed=os.urandom(16),
        key_id="0",
        sid="s",
        story=uuid4(),
        user=member.user,
        tenant=tenant,
        checkpoint="api_key",
        level=2,
        primary="password",
        factor=factor,
        target="key 'ci'",
        destination=factor.secret,
        plan=[{"channel": "sms", "provider": "memory", "receipts": False}],
        net='{"address": "203.0.113.7", "agent": "Firefox on Linux"}',
        expires_at=timezone.now() + timedelta(minutes=5),
    )
    by = factories.facts(operator)
    held = hold.start(
        facts=by,
        membership=member,
        checkpoint="*",
        until=by.now + timedelta(hours=1),
        reason="a test",
    )
    return {
        Approval: Approval.objects.create(
            tenant=tenant,
            action="factor_reset",
            subject=member.user,
            what={"factors": None},
            reason="a test",
            asked_by=factories.user(),
            expires_at=by.now + timedelta(hours=24),
        ),
        Challenge: challenge,
        Delivery: Delivery.objects.create(
            challenge=challenge, tenant=tenant, step=0, channel="sms", provider="memory"
        ),
        EnrollmentRule: EnrollmentRule.objects.create(tenant=tenant, role="admin", level=2),
        Event: Event.objects.get(kind="hold.started"),
        Factor: factor,
        FactorBlock: FactorBlock.objects.create(tenant=tenant, factor=factor, reason="a test"),
        Grant: factories.grant(member.user, tenant, passed=["api_key"]),
        Hold: held,
        LoginSession: factories.session(member.user),
        Membership: member,
        PolicyWish: PolicyWish.objects.create(checkpoint="*", version=1, wishes={"ttl": 600}),
        Tenant: tenant,
    }


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:otpguard_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_and_pages_show_the_row_and_no_number(
    model: type[Model], world: dict[type[Model], Model], site: Client
) -> None:
    for url in (url_of(model, "changelist"), url_of(model, "change", world[model].pk)):
        page = site.get(url)
        assert page.status_code == 200
        text = page.content.decode()
        assert NUMBER not in text
        assert NUMBER[2:] not in text
        for secret in ("seed", "phone_index", "Sealed"):
            assert secret not in text


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_list_costs_more_statements_for_more_rows(
    model: type[Model],
    world: dict[type[Model], Model],
    site: Client,
    django_assert_max_num_queries: object,
) -> None:
    with django_assert_max_num_queries(14):
        site.get(url_of(model, "changelist"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_can_be_added_edited_or_deleted(
    model: type[Model], world: dict[type[Model], Model], site: Client
) -> None:
    row = world[model]
    assert site.get(url_of(model, "add")).status_code == 403
    assert site.get(url_of(model, "delete", row.pk)).status_code == 403
    assert site.post(url_of(model, "change", row.pk), {"name": "x"}).status_code == 403
    page = site.get(url_of(model, "change", row.pk)).content.decode()
    assert 'name="_save"' not in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_names_its_fields_and_searches_and_filters(model: type[Model]) -> None:
    shown = admin.site.get_model_admin(model)
    assert isinstance(shown, ReadOnlyAdmin)
    assert shown.fields
    assert shown.search_fields
    assert shown.list_filter


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_who_may_only_view_sees_no_button(
    model: type[Model], world: dict[type[Model], Model], client: Client
) -> None:
    viewer = factories.user(is_staff=True)
    name = f"view_{model._meta.model_name}"
    viewer.user_permissions.add(Permission.objects.get(codename=name))
    factories.login(client, viewer)
    for url in (url_of(model, "changelist"), url_of(model, "change", world[model].pk)):
        page = client.get(url)
        assert page.status_code == 200
        assert "/do/" not in page.content.decode()


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
    """Of a hexadecimal colour (WCAG 2.2)."""
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
