"""WhatsApp senders in the admin: added, read, changed, removed and missed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, WhatsAppSender
from otpguard.testing.vendor_server import Reply, vendor
from tests import factories
from tests.admin.acting import Act
from tests.channels.vendors import provider
from tests.forms.typed import STATE, WHATSAPP
from tests.stepup import continue_form, step_up
from tests.vendors.meta import ACCOUNT, NUMBER, TEMPLATE, TOKEN, graph

pytestmark = pytest.mark.django_db


def listed(site: Client, model: str) -> str:
    return site.get(reverse(f"admin:otpguard_{model}_changelist")).content.decode()


def do(action: str, row: WhatsAppSender) -> str:
    return reverse(f"admin:otpguard_whatsappsender_do_{action}", args=[row.pk])


def test_a_sender_is_added_recorded_changed_and_removed(act: Act) -> None:
    added = act(reverse("admin:otpguard_whatsappsender_do_add"), **WHATSAPP).content.decode()
    row = WhatsAppSender.objects.get()
    assert do("state", row) in added
    assert do("read", row) not in added, "this vendor cannot be asked"
    assert "carries codes" in act(do("state", row), **STATE).content.decode()
    page = act(do("change", row), **{**WHATSAPP, "template": "other"})
    assert "the template is not approved" in page.content.decode()
    act(do("remove", row), reason="left")
    assert not WhatsAppSender.objects.exists()
    removed = Event.objects.filter(kind="sender.changed").latest("pk")
    assert json.loads(removed.body)["data"]["reason"] == "left", "the page says that it is kept"


def test_a_sender_is_read_from_a_vendor_that_can_be_asked(
    act: Act, site: Client, settings: Any
) -> None:
    with vendor(graph()) as server:
        settings.OTPGUARD = {
            "PROVIDERS": {
                **settings.OTPGUARD["PROVIDERS"],
                "w": {
                    "BACKEND": "otpguard.channels.providers.meta_whatsapp.MetaWhatsApp",
                    "OPTIONS": {
                        "phone_number_id": "1",
                        "token": TOKEN,
                        "whatsapp_business_account": "2",
                        "whatsapp_template_name": "other",
                        "base": server.url,
                    },
                },
            }
        }
        about = {"account": ACCOUNT, "number_id": NUMBER, "template": TEMPLATE}
        row = factories.whatsapp_sender(**about, approval="pending")
        page = act(do("read", row)).content.decode()
        assert "carries codes" in page
        assert do("state", row) not in page, "nothing of it is typed by hand"
        server.reply = Reply(400, {"error": {"code": 190}})
        asked = site.post(do("read", row), HTTP_ACCEPT="text/html")
        refused = continue_form(site, step_up(site, asked))
        assert refused.status_code == 403
        assert "auth_config: meta 190" in refused.content.decode()


def test_a_vendors_own_number_is_warned_of_until_there_is_a_record(
    site: Client, settings: Any
) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "own": provider(account="1")}}
    page = listed(site, "whatsappsender")
    assert "Provider w sends WhatsApp messages by its own number" in page
    assert "Provider own sends" not in page
    factories.whatsapp_sender()
    assert "by its own number" not in listed(site, "whatsappsender")
