"""WhatsApp senders are the site's to set, for itself and for tenants."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.whatsapp_sender import FIELDS, add_sender, change_sender, remove_sender
from otpguard.models import Event, Tenant, WhatsAppSender
from tests import factories
from tests.channels.test_senders import sender
from tests.channels.vendors import provider

pytestmark = pytest.mark.django_db
VALUES = {"account": "1", "number_id": "2", "display_name": "Acme", "template": "code"}


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "sms": provider(channels=["sms"])}}


def add(tenant: Tenant | None = None, name: str = "w", **changed: Any) -> WhatsAppSender:
    facts = factories.facts(factories.staff())
    return add_sender(facts=facts, provider=name, tenant=tenant, values={**VALUES, **changed})


def test_a_sender_is_added_changed_and_removed_with_events() -> None:
    tenant = factories.tenant()
    made = add(tenant)
    facts = factories.facts(factories.staff())
    assert change_sender(
        facts=facts, sender=made, values={"approval": "approved", "account": "1"}
    ) == ("approval",)
    assert change_sender(facts=facts, sender=made, values={"account": "1"}) == ()
    assert remove_sender(facts=facts, sender=made, reason="left")
    assert not remove_sender(facts=facts, sender=made, reason="left")
    rows = Event.objects.filter(kind="sender.changed", tenant_id=tenant.pk).order_by("pk")
    assert ['"removed":true' in row.body.replace(" ", "") for row in rows] == [False, False, True]
    assert not WhatsAppSender.objects.exists()


def test_the_site_and_each_tenant_have_one_at_a_provider() -> None:
    tenant = factories.tenant()
    for place in (None, tenant):
        add(place)
        with pytest.raises(NotAllowed, match="already"):
            add(place)
    assert WhatsAppSender.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "sms"}, "does not serve WhatsApp"),
        ({"name": "nobody"}, "does not serve WhatsApp"),
        ({"number_id": "2/../../3"}, "digits only"),
        ({"number_id": ""}, "digits only"),
        ({"number_id": "٢"}, "digits only"),
        ({"template": "Code now"}, "small letters"),
    ],
)
def test_what_meta_would_not_know_is_refused(changed: dict[str, str], says: str) -> None:
    with pytest.raises(NotAllowed, match=says):
        add(**changed)
    assert not WhatsAppSender.objects.exists()


def test_only_the_site_sets_senders_also_a_tenants_own() -> None:
    tenant = factories.tenant()
    made = sender(tenant)
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            add_sender(facts=facts, provider="w", tenant=tenant, values=VALUES)
        with pytest.raises(NotAllowed, match="site"):
            change_sender(facts=facts, sender=made, values={"approval": "approved"})
        with pytest.raises(NotAllowed, match="site"):
            remove_sender(facts=facts, sender=made, reason="left")


def test_every_column_that_operators_set_is_named() -> None:
    columns = {field.name for field in WhatsAppSender._meta.concrete_fields}
    assert columns - set(FIELDS) == {"id", "provider", "tenant", "changed_at"}
    with pytest.raises(ValueError, match="no columns"):
        add(changed_at="now")
