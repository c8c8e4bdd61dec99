"""What every object action has in common, on a small example."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from otpguard.admin.actions import url_name
from otpguard.admin.audit.export import ExportEvents
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.conf import checkpoint as checkpoint_named
from tests import factories

pytestmark = pytest.mark.django_db
ACTIONS = [
    (shown, kind)
    for shown in admin.site._registry.values()
    if isinstance(shown, ReadOnlyAdmin)
    for kind in shown.object_actions
]


BY_POLICY = {ExportEvents}
"""Actions whose own checkpoint a policy may switch off: it guards every other door to them, too."""


def test_every_action_has_a_url_a_label_and_words() -> None:
    assert ACTIONS
    for shown, kind in ACTIONS:
        args = [] if kind.on_list else ["x"]
        assert reverse(f"admin:{url_name(shown.opts, kind.slug)}", args=args).endswith("/"), kind
        assert str(kind.label), kind
        assert kind.__doc__, kind
        assert checkpoint_named(kind.checkpoint).always_on or kind in BY_POLICY, kind


def test_the_page_of_an_action_is_a_small_form_with_a_way_back(site: Client) -> None:
    tenant = factories.tenant(name="Acme")
    page = site.get(reverse("admin:otpguard_tenant_do_suspend", args=[tenant.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert list(page.context["form"].fields) == ["reason"]
    assert reverse("admin:otpguard_tenant_change", args=[tenant.pk]) in text
    assert "Acme" in text


def test_an_action_without_a_reason_asks_for_one(site: Client) -> None:
    tenant = factories.tenant()
    page = site.post(reverse("admin:otpguard_tenant_do_suspend", args=[tenant.pk]), {"reason": " "})
    assert page.status_code == 400
    assert "reason" in page.context["form"].errors


def test_an_object_that_is_gone_is_not_found(site: Client) -> None:
    for pk in ("00000000-0000-4000-8000-000000000000", "no-id"):
        assert site.get(reverse("admin:otpguard_tenant_do_suspend", args=[pk])).status_code == 404


def test_a_visitor_is_sent_to_log_in(client: Client) -> None:
    tenant = factories.tenant()
    answer = client.get(reverse("admin:otpguard_tenant_do_suspend", args=[tenant.pk]))
    assert answer.status_code == 302
    assert "login" in answer["Location"]
