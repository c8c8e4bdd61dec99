"""Which WhatsApp sender counts."""

from __future__ import annotations

import pytest

from otpguard.channels.base import Sender
from otpguard.channels.senders import as_sender, may_carry_codes, senders_of
from otpguard.models import Tenant, WhatsAppSender
from tests import factories

pytestmark = pytest.mark.django_db


def sender(tenant: Tenant | None = None, **columns: object) -> WhatsAppSender:
    columns = {
        "provider": "w",
        "account": "1",
        "number_id": "2",
        "display_name": "Acme",
        "template": "code",
        "approval": "approved",
        **columns,
    }
    return WhatsAppSender.objects.create(tenant=tenant, **columns)


def test_a_tenants_own_sender_comes_before_the_sites() -> None:
    mine, other = factories.tenant(), factories.tenant()
    own, site = sender(mine), sender()
    sender(other, provider="v")
    assert senders_of(str(mine.pk)) == {"w": own}
    assert senders_of("") == {"w": site}
    assert set(senders_of(str(other.pk))) == {"w", "v"}


@pytest.mark.parametrize(
    ("columns", "may"),
    [
        ({}, True),
        ({"approval": "pending"}, False),
        ({"approval": "paused"}, False),
        ({"approval": "rejected"}, False),
        ({"category": "UTILITY"}, False),
        ({"category": "MARKETING"}, False),
    ],
)
def test_only_an_approved_authentication_template_carries_codes(
    columns: dict[str, str], may: bool
) -> None:
    assert may_carry_codes(sender(**columns)) is may


def test_a_message_carries_account_number_template_and_language() -> None:
    assert as_sender(sender(language="de")) == Sender(
        account="1", number_id="2", template="code", language="de"
    )
