"""The configured providers and the routes they make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import override_settings

from otpguard.channels import catalog
from otpguard.channels.base import Polling, Receiving
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.providers.memory import Memory
from otpguard.core.assurance import Channel
from otpguard.core.registry import UnknownNameError
from otpguard.core.routing import Route
from tests.channels.vendors import provider

MEMORY = "otpguard.channels.providers.memory.Memory"


def providers(*routes: str, **named: dict[str, Any]) -> override_settings:
    entries = {name: {"BACKEND": MEMORY, "OPTIONS": options} for name, options in named.items()}
    return override_settings(OTPGUARD={"PROVIDERS": entries, "ROUTES": list(routes)})


def test_a_provider_is_made_once_with_its_options() -> None:
    with providers(a={"channels": ["sms"], "receipts": True}):
        made = catalog.providers().get("a")
        assert isinstance(made, Memory)
        assert made.capabilities.channels == {Channel.SMS}
        assert catalog.providers().get("a") is made
        with pytest.raises(UnknownNameError, match="known: a"):
            catalog.providers().get("zzz")


def test_each_channel_of_each_provider_is_a_route_in_the_order_of_declaration() -> None:
    with providers(b={"channels": ["voice", "sms"], "receipts": True}, a={"channels": ["sms"]}):
        assert catalog.routes() == (
            Route(channel=Channel.SMS, provider="b", receipts=True),
            Route(channel=Channel.VOICE, provider="b", receipts=True),
            Route(channel=Channel.SMS, provider="a", receipts=False),
        )


def test_the_site_may_put_providers_in_another_order_and_leave_some_out() -> None:
    only_sms = {"channels": ["sms"]}
    with providers("c", "a", a=only_sms, b=only_sms, c=only_sms):
        assert [route.provider for route in catalog.routes()] == ["c", "a"]


def test_a_changed_setting_makes_new_providers() -> None:
    with providers(a={}):
        first = catalog.providers().get("a")
    with providers(a={}):
        assert catalog.providers().get("a") is not first


def test_a_wrong_dotted_path_is_loud() -> None:
    wrong = {"PROVIDERS": {"a": {"BACKEND": f"{MEMORY}y"}}}
    with override_settings(OTPGUARD=wrong), pytest.raises(ImportError):
        catalog.routes()


def test_a_vendor_says_whether_it_makes_the_code_and_wants_to_hear_how_it_ended() -> None:
    vendors = {
        "bird": {
            "BACKEND": "otpguard.channels.providers.bird.Bird",
            "OPTIONS": {"api_key": "bk_eu1_x"},
        },
        "messagebird": {
            "BACKEND": "otpguard.channels.providers.messagebird.MessageBird",
            "OPTIONS": {"access_key": "x"},
        },
        "memory": {"BACKEND": MEMORY, "OPTIONS": {"channels": ["sms"]}},
    }
    with override_settings(OTPGUARD={"PROVIDERS": vendors}):
        assert {route.provider: route.remote for route in catalog.routes()} == {
            "bird": True,
            "messagebird": True,
            "memory": False,
        }
        assert catalog.closing_providers() == {"messagebird"}
        assert {route.code_length for route in catalog.routes()} == {6}
    short = {"bird": vendors["bird"] | {"OPTIONS": {"api_key": "bk_eu1_x", "digits": 4}}}
    with override_settings(OTPGUARD={"PROVIDERS": short}):
        assert [route.code_length for route in catalog.routes()] == [4]


def test_what_does_not_load_is_named_beside_what_does() -> None:
    entries = {
        "good": {"BACKEND": MEMORY},
        "misspelt": {"BACKEND": f"{MEMORY}y"},
        "wrong": {"BACKEND": MEMORY, "OPTIONS": {"channels": ["pigeon"]}},
        "other": {"BACKEND": "datetime.timedelta"},
    }
    with override_settings(OTPGUARD={"PROVIDERS": entries}):
        found = catalog.loaded()
        assert list(found.providers) == ["good"]
        assert list(found.faults) == ["misspelt", "wrong", "other"]
        assert "`capabilities`" in found.faults["other"]
        with pytest.raises(ImportError):
            catalog.providers()
    with override_settings(OTPGUARD={"PROVIDERS": {"good": {"BACKEND": MEMORY}}}):
        found = catalog.loaded()
        assert found.faults == {}
        assert catalog.providers().get("good") is found.providers["good"]


def test_the_providers_of_a_channel_are_named_in_their_order() -> None:
    with providers(b={"channels": ["voice", "sms"]}, a={"channels": ["sms"]}):
        assert catalog.serving(Channel.SMS) == ["b", "a"]
        assert catalog.serving(Channel.VOICE) == ["b"]
        assert catalog.serving(Channel.EMAIL) == []


def test_only_a_provider_that_can_be_called_back_receives() -> None:
    options = {"account_sid": "AC" + "0" * 32, "auth_token": "t", "sender": "+12015550100"}
    texts = {
        "BACKEND": "otpguard.channels.providers.twilio_messaging.TwilioMessaging",
        "OPTIONS": options,
    }
    entries = {"a": {"BACKEND": MEMORY}, "texts": texts}
    with override_settings(OTPGUARD={"PROVIDERS": entries}):
        assert catalog.offered("texts", Receiving) is catalog.providers().get("texts")
        assert catalog.offered("a", Receiving) is None
        assert catalog.offered("nobody", Receiving) is None


def test_a_route_knows_its_providers_papers_and_what_the_site_uses_it_for() -> None:
    entry = {**provider(), "REGIONS": ["US", "EU"], "PAPERS": {"DPA": True, "BAA": "2027-01-31"}}
    config = {
        "PROVIDER": "w",
        "CHANNELS": ["sms"],
        "COUNTRIES": ["US"],
        "REGIONS": ["US"],
        "PRIORITY": 1,
        "COST_MICROS": 8_800,
    }
    with override_settings(OTPGUARD={"PROVIDERS": {"w": entry}, "ROUTES": [config]}):
        assert catalog.routes() == (
            Route(
                channel=Channel.SMS,
                provider="w",
                countries=frozenset({"US"}),
                regions=frozenset({"US"}),
                papers=(("BAA", date(2027, 1, 31)), ("DPA", None)),
                priority=1,
                cost_micros=8_800,
            ),
        )
    with override_settings(OTPGUARD={"PROVIDERS": {"w": entry}}):
        assert {route.regions for route in catalog.routes()} == {frozenset({"US", "EU"})}


def test_a_vendors_own_whatsapp_sender_is_told_from_the_sites() -> None:
    entries = {"own": provider(account="1"), "generic": provider(), "dev": {"BACKEND": MEMORY}}
    with override_settings(OTPGUARD={"PROVIDERS": entries}):
        own = {r.provider: r.own_sender for r in catalog.routes() if r.channel is Channel.WHATSAPP}
    assert own == {"own": True, "generic": False, "dev": True}


def test_who_can_be_asked_is_known_by_name() -> None:
    path = "otpguard.channels.providers.sinch.Sinch"
    sinch = {"BACKEND": path, "OPTIONS": {"key": "k", "secret": "c2VjcmV0"}}
    entries = {"asked": sinch, "silent": {"BACKEND": MEMORY}}
    with override_settings(OTPGUARD={"PROVIDERS": entries}):
        assert catalog.offered("asked", Polling) is catalog.providers().get("asked")
        assert catalog.offered("silent", Polling) is None
        assert catalog.offered("nobody", Polling) is None


@pytest.mark.parametrize(
    ("receipts", "base_url", "secret", "missing"),
    [
        (False, "", "", ""),
        (True, "", "", "WEBHOOK_BASE_URL"),
        (True, "", "s", "WEBHOOK_BASE_URL"),
        (False, "", "s", "WEBHOOK_BASE_URL"),
        (True, "https://acme.example", "", "WEBHOOK_SECRET"),
        (True, "https://acme.example", "s", ""),
    ],
)
def test_what_keeps_reports_out_is_named(
    receipts: bool, base_url: str, secret: str, missing: str
) -> None:
    can = Capabilities(
        channels=frozenset({Channel.SMS}), receipts=receipts, webhooks=Webhooks.UNSIGNED
    )
    assert catalog.missing_for_receipts(can, base_url=base_url, secret=secret) == missing
    signed = replace(can, webhooks=Webhooks.SIGNED)
    found = catalog.missing_for_receipts(signed, base_url=base_url, secret=secret)
    assert found == missing.replace("WEBHOOK_SECRET", "")


def test_a_provider_that_calls_nobody_back_misses_nothing() -> None:
    can = Memory(receipts=True).capabilities
    assert catalog.missing_for_receipts(can, base_url="", secret="") == ""


def test_each_unknown_option_is_told_of_with_the_nearest() -> None:
    entries = {"sms": {"BACKEND": MEMORY, "OPTIONS": {"chanels": ["sms"], "xyzzy": 1}}}
    with override_settings(OTPGUARD={"PROVIDERS": entries}):
        fault = catalog.loaded().faults["sms"]
    assert 'unknown option "chanels", did you mean "channels"?' in fault
    assert 'unknown option "xyzzy", known: ' in fault
