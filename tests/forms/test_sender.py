"""Input about senders is read strictly."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.route.ten_dlc import TEN_DLC_FIELDS
from otpguard.flows.route.whatsapp_sender import SENDER_FIELDS, STATE_FIELDS
from otpguard.forms.sender import (
    NewTenDlcForm,
    NewWhatsAppForm,
    TenDlcForm,
    WhatsAppForm,
    WhatsAppStateForm,
)
from tests import factories
from tests.channels.vendors import provider
from tests.forms.typed import STATE, TEN_DLC, WHATSAPP


@pytest.mark.django_db
def test_a_sender_is_for_a_tenant_by_its_short_name_or_for_the_site() -> None:
    tenant = factories.tenant("acme")
    own = NewWhatsAppForm({**WHATSAPP, "tenant": "acme"})
    assert own.is_valid(), own.errors
    assert own.cleaned_data["tenant"] == tenant
    assert own.values["template"] == "code"
    site = NewWhatsAppForm(WHATSAPP)
    assert site.is_valid(), site.errors
    assert site.cleaned_data["tenant"] is None
    assert set(NewWhatsAppForm({**WHATSAPP, "tenant": "nobody"}).errors) == {"tenant"}


def test_how_a_sender_stands_is_read() -> None:
    read = WhatsAppStateForm({**STATE, "badge": "on"})
    assert read.is_valid(), read.errors
    assert read.values == {**STATE, "badge": True}
    assert set(WhatsAppStateForm({**STATE, "approval": "yes"}).errors) == {"approval"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"provider": "x"}, "provider"), ({"template": ""}, "")],
)
def test_a_wrong_sender_is_a_mistake(changed: dict[str, str], field: str) -> None:
    assert set(NewWhatsAppForm({**WHATSAPP, **changed}).errors) == {field or "template"}


def test_only_providers_that_serve_the_channel_are_offered(settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {
            "texts": provider(channels=["sms"]),
            "chats": provider(channels=["whatsapp"]),
            "both": provider(),
        }
    }
    assert names(NewWhatsAppForm(), "provider") == ["chats", "both"]
    assert names(NewTenDlcForm(), "provider") == ["texts", "both"]
    assert names(NewTenDlcForm(), "interim") == ["", "texts", "both"]


def names(form: Any, field: str) -> list[str]:
    return [value for value, _ in form.fields[field].choices]


def test_moments_are_picked_and_read_as_a_browser_sends_them() -> None:
    read = NewTenDlcForm({**TEN_DLC, "submitted_at": "2026-05-01T12:30"})
    assert read.is_valid(), read.errors
    assert read.values["submitted_at"].minute == 30
    assert 'type="datetime-local"' in str(read["submitted_at"])
    assert 'value="2026-05-01T12:30"' in str(read["submitted_at"])


def test_a_ten_dlc_registration_is_read() -> None:
    read = NewTenDlcForm(TEN_DLC)
    assert read.is_valid(), read.errors
    assert read.values["per_second"] == 10
    assert read.values["expires_at"] is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"per_second": "-1"}, "per_second"),
        ({"status": "fine"}, "status"),
        ({"brand": ""}, "brand"),
        ({"interim": "nobody known"}, "interim"),
    ],
)
def test_a_wrong_ten_dlc_registration_is_a_mistake(changed: dict[str, Any], field: str) -> None:
    assert set(NewTenDlcForm({**TEN_DLC, **changed}).errors) == {field}


def test_the_forms_ask_what_the_flows_take() -> None:
    assert set(WhatsAppForm.base_fields) == set(SENDER_FIELDS)
    assert set(WhatsAppStateForm.base_fields) == set(STATE_FIELDS)
    assert set(TenDlcForm.base_fields) == set(TEN_DLC_FIELDS)
