"""WhatsApp senders are the site's to set, for itself and for tenants."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.channels.senders import may_carry_codes
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.whatsapp_sender import (
    SENDER_FIELDS,
    STATE_FIELDS,
    add_sender,
    change_sender,
    is_read_from_vendor,
    record_state,
    remove_sender,
)
from otpguard.models import Event, Tenant, WhatsAppSender
from tests import factories
from tests.channels.vendors import provider

pytestmark = pytest.mark.django_db
VALUES = {"account": "1", "number_id": "2", "template": "code"}
META = "otpguard.channels.providers.meta_whatsapp.MetaWhatsApp"
OPTIONS = {
    "phone_number_id": "1",
    "token": "t",
    "whatsapp_business_account": "2",
    "whatsapp_template_name": "code",
}


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    meta = {"BACKEND": META, "OPTIONS": OPTIONS}
    vendors = {"w": provider(), "sms": provider(channels=["sms"]), "meta": meta}
    settings.OTPGUARD = {"PROVIDERS": vendors}


def add(tenant: Tenant | None = None, name: str = "w", **changed: Any) -> WhatsAppSender:
    facts = factories.facts(factories.staff())
    return add_sender(facts=facts, provider=name, tenant=tenant, values={**VALUES, **changed})


def test_a_sender_is_added_changed_and_removed_with_events() -> None:
    tenant = factories.tenant()
    made = add(tenant)
    facts = factories.facts(factories.staff())
    assert change_sender(facts=facts, sender=made, values={"language": "de", "account": "1"}) == (
        "language",
    )
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
        with pytest.raises(InvalidInput, match="already"):
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
    with pytest.raises(InvalidInput, match=says):
        add(**changed)
    assert not WhatsAppSender.objects.exists()


def test_only_the_site_sets_senders_also_a_tenants_own() -> None:
    tenant = factories.tenant()
    made = factories.whatsapp_sender(tenant)
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            add_sender(facts=facts, provider="w", tenant=tenant, values=VALUES)
        with pytest.raises(NotAllowed, match="site"):
            change_sender(facts=facts, sender=made, values={"template": "other"})
        with pytest.raises(NotAllowed, match="site"):
            record_state(facts=facts, sender=made, values={"approval": "approved"})
        with pytest.raises(NotAllowed, match="site"):
            remove_sender(facts=facts, sender=made, reason="left")


def test_every_column_that_operators_choose_or_vendors_tell_is_named() -> None:
    columns = {field.name for field in WhatsAppSender._meta.concrete_fields}
    own = {"id", "provider", "tenant", "changed_at", "read_due_at", "read_at", "told_at", "fault"}
    assert columns - set(SENDER_FIELDS) - set(STATE_FIELDS) == own
    with pytest.raises(ValueError, match="no columns"):
        add(changed_at="now")


def test_how_a_sender_stands_is_not_chosen_with_it() -> None:
    for name in STATE_FIELDS:
        with pytest.raises(ValueError, match="no columns"):
            add(**{name: "approved"})
    assert not may_carry_codes(add())


def test_for_a_vendor_that_cannot_be_asked_an_operator_records_it() -> None:
    made, facts = add(), factories.facts(factories.staff())
    values = {"approval": "approved", "category": "AUTHENTICATION"}
    assert record_state(facts=facts, sender=made, values=values) == ("approval", "category")
    made.refresh_from_db()
    assert may_carry_codes(made)
    with pytest.raises(ValueError, match="not how a sender stands"):
        record_state(facts=facts, sender=made, values={"template": "x"})
    change_sender(facts=facts, sender=made, values={"template": "other"})
    made.refresh_from_db()
    assert not may_carry_codes(made), "that was said of another template"


def test_what_the_vendor_tells_is_not_typed_by_hand() -> None:
    made, facts = add(name="meta"), factories.facts(factories.staff())
    assert is_read_from_vendor(made)
    with pytest.raises(NotAllowed, match="read from the vendor"):
        record_state(facts=facts, sender=made, values={"approval": "approved"})
    made.refresh_from_db()
    assert made.approval == "pending"
