"""Which WhatsApp sender counts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from otpguard.channels.base import OutboundMessage, Sender
from otpguard.channels.providers.meta_whatsapp import MetaWhatsApp
from otpguard.channels.senders import as_sender, may_carry_codes, senders_of
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_tenants_own_sender_comes_before_the_sites() -> None:
    mine, other = factories.tenant(), factories.tenant()
    own, site = factories.whatsapp_sender(mine), factories.whatsapp_sender()
    factories.whatsapp_sender(other, provider="v")
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
    assert may_carry_codes(factories.whatsapp_sender(**columns)) is may


def test_a_message_carries_account_number_template_and_language() -> None:
    assert as_sender(factories.whatsapp_sender(language="de")) == Sender(
        account="1", number_id="2", template="code", language="de"
    )


def test_metas_message_goes_out_by_the_sender_that_it_carries() -> None:
    meta = MetaWhatsApp(
        phone_number_id="1",
        token="t",
        whatsapp_business_account="9",
        whatsapp_template_name="sites",
    )
    message = OutboundMessage(
        key="k", channel=Channel.WHATSAPP, to="+12015550100", text="", code=Code("123456")
    )
    by_options = meta.build_request(message)
    by_record = meta.build_request(
        replace(message, sender=as_sender(factories.whatsapp_sender(language="de")))
    )
    assert by_options.url.endswith("/1/messages")
    assert by_record.url.endswith("/2/messages")
    found = [json.loads(request.body)["template"] for request in (by_options, by_record)]
    assert [(t["name"], t["language"]["code"]) for t in found] == [
        ("sites", "en_US"),
        ("code", "de"),
    ]
