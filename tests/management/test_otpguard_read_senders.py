"""The command reads every sender and says how it stands."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from otpguard.testing.vendor_server import Reply, vendor
from tests import factories
from tests.channels.vendors import provider
from tests.vendors.meta import ACCOUNT, NUMBER, TEMPLATE, TOKEN, graph

pytestmark = pytest.mark.django_db(transaction=True)


def printed() -> list[str]:
    out = StringIO()
    try:
        call_command("otpguard_read_senders", stdout=out, no_color=True)
    except CommandError as error:
        return [*out.getvalue().splitlines(), str(error)]
    return out.getvalue().splitlines()


def test_a_line_for_each_sender_that_can_be_asked(settings: Any) -> None:
    with vendor(graph()) as server:
        options = {"phone_number_id": "1", "token": TOKEN, "base": server.url}
        options |= {"whatsapp_business_account": "2", "whatsapp_template_name": "other"}
        backend = "otpguard.channels.providers.meta_whatsapp.MetaWhatsApp"
        meta = {"BACKEND": backend, "OPTIONS": options}
        settings.OTPGUARD = {"PROVIDERS": {"w": meta, "other": provider()}}
        about = {"account": ACCOUNT, "number_id": NUMBER, "template": TEMPLATE}
        factories.whatsapp_sender(**about)
        factories.whatsapp_sender(factories.tenant("acme"), **about)
        factories.whatsapp_sender(provider="other")
        stands = f'{TEMPLATE} en_US: "Acme", with badge, approved, AUTHENTICATION: carries codes'
        assert printed() == [f"w the site {stands}", f"w acme {stands}"]
        server.reply = Reply(400, {"error": {"code": 190}})
        assert printed()[0].endswith("en_US: not read: auth_config: meta 190")
        assert printed()[-1] == "not read: 2"


def test_settings_that_are_wrong_end_it_with_one_line(settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": {"BACKEND": "no.such.thing"}}}
    assert len(printed()) == 1
