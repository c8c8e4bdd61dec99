"""Providers and routes: can they be loaded, and do they keep what they promise?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.checks.codes import CODES
from otpguard.checks.options import check_settings
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome
from tests.checks.projects import CONSOLE, EMAIL, Case, Project, names, ours, try_check

TODAY = datetime.now(tz=UTC).date()
LATEST = TODAY + timedelta(days=30)
MISSPELT = {"email": {"BACKEND": "otpguard.channels.providers.smtp.Smtpp"}}
WRONG_OPTION = {"email": {**EMAIL["email"], "OPTIONS": {"sendr": "x"}}}
TEXTS = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "t",
    "sender": "+12015550100",
    "status_callback": "https://acme.example/security/webhooks/texts/",
}
SENDS_RECEIPTS = {
    "BACKEND": "otpguard.channels.providers.twilio_messaging.TwilioMessaging",
    "OPTIONS": TEXTS,
}
UNSIGNED = {"x": {"BACKEND": f"{__name__}.Unsigned"}}

SITE = "https://acme.example"
VERIFY_NOW = {"BACKEND": "otpguard.channels.providers.message_central.MessageCentral"}
ACCOUNT = {"customer_id": "C-1", "password": "p"}
SINCH = {"BACKEND": "otpguard.channels.providers.sinch.Sinch"}
APPLICATION = {"key": "k", "secret": "c2VjcmV0"}


class Generic:
    """Sends WhatsApp messages by a number of the vendor's."""

    capabilities = Capabilities(channels=frozenset({Channel.WHATSAPP}))

    def send(self, message: OutboundMessage) -> Outcome:
        return Accepted()


class Branded(Generic):
    """Sends them by the site's own account."""

    capabilities = Capabilities(channels=frozenset({Channel.WHATSAPP}), own_sender=True)


class Boastful(Generic):
    """Says that it can be asked, and cannot."""

    capabilities = Capabilities(channels=frozenset({Channel.WHATSAPP}), own_sender=True, polls=True)


class Old:
    """Says what it can do in words of its own."""

    channels = frozenset({Channel.SMS})

    def send(self, message: OutboundMessage) -> Outcome:
        return Accepted()


class Unsigned(HttpProvider):
    """Sends receipts, and nobody can tell that they are from the vendor."""

    capabilities = Capabilities(
        channels=frozenset({Channel.SMS}), receipts=True, webhooks=Webhooks.UNSIGNED
    )


def named(name: str) -> Project:
    """PROVIDERS with one of these alone."""
    return {"vendor": {"BACKEND": f"{__name__}.{name}"}}


CASES: list[Case] = [
    ("otpguard.E005", ours(PROVIDERS=MISSPELT), ours(PROVIDERS=CONSOLE)),
    ("otpguard.E005", ours(PROVIDERS=WRONG_OPTION), ours(PROVIDERS=CONSOLE)),
    ("otpguard.E005", ours(PROVIDERS=named("Old")), ours(PROVIDERS=CONSOLE)),
    (
        "otpguard.E050",
        ours(PROVIDERS={"texts": {**SENDS_RECEIPTS, "OPTIONS": {**TEXTS, "account_sid": "AC1"}}}),
        ours(PROVIDERS={"texts": SENDS_RECEIPTS}, WEBHOOK_BASE_URL="https://acme.example"),
    ),
    ("otpguard.E027", ours(PROVIDERS=named("Boastful")), ours(PROVIDERS=named("Branded"))),
    (
        "otpguard.E006",
        ours(PROVIDERS=CONSOLE, ROUTES=["post"]),
        ours(PROVIDERS=CONSOLE, ROUTES=["dev"]),
    ),
    (
        "otpguard.E023",
        ours(PROVIDERS={**EMAIL, **CONSOLE}, ROUTES=[{"PROVIDER": "email", "CHANNELS": ["sms"]}]),
        ours(PROVIDERS={**EMAIL, **CONSOLE}, ROUTES=[{"PROVIDER": "email", "CHANNELS": ["email"]}]),
    ),
    (
        "otpguard.E023",
        ours(PROVIDERS=CONSOLE, ROUTES=[{"PROVIDER": "dev", "REGIONS": ["US"]}]),
        ours(
            PROVIDERS={"dev": {**CONSOLE["dev"], "REGIONS": ["US", "EU"]}},
            ROUTES=[{"PROVIDER": "dev", "REGIONS": ["US"]}],
        ),
    ),
    (
        "otpguard.W009",
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"DPA": "2020-01-31"}}}),
        ours(PROVIDERS={"dev": {**CONSOLE["dev"], "PAPERS": {"DPA": LATEST.isoformat()}}}),
    ),
    (
        "otpguard.W010",
        ours(PROVIDERS=named("Generic")),
        ours(PROVIDERS=named("Branded")),
    ),
    (
        "otpguard.W032",
        ours(PROVIDERS={"far": VERIFY_NOW | {"OPTIONS": {**ACCOUNT, "digits": 5}}}),
        ours(PROVIDERS={"far": VERIFY_NOW | {"OPTIONS": ACCOUNT}}),
    ),
    (
        "otpguard.W032",
        ours(PROVIDERS={"far": SINCH | {"OPTIONS": APPLICATION}}, WEBHOOK_BASE_URL=SITE),
        ours(
            PROVIDERS={"far": SINCH | {"OPTIONS": {**APPLICATION, "digits": 6}}},
            WEBHOOK_BASE_URL=SITE,
        ),
    ),
    (
        "otpguard.W031",
        ours(PROVIDERS={**CONSOLE, "texts": SENDS_RECEIPTS}),
        ours(
            PROVIDERS={**CONSOLE, "texts": SENDS_RECEIPTS}, WEBHOOK_BASE_URL="https://acme.example"
        ),
    ),
    (
        "otpguard.W031",
        ours(PROVIDERS=UNSIGNED, WEBHOOK_BASE_URL="https://acme.example"),
        ours(
            PROVIDERS={"x": {**UNSIGNED["x"], "WEBHOOK_SECRET": "s" * 32}},
            WEBHOOK_BASE_URL="https://acme.example",
        ),
    ),
    (
        "otpguard.W006",
        ours(PROVIDERS=EMAIL),
        ours(PROVIDERS={**EMAIL, **CONSOLE}),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_check_finds_its_mistake_and_lets_the_mended_project_pass(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_settings, number, wrong, right)


def test_every_wrong_option_of_every_provider_is_listed_at_once() -> None:
    aws = {
        "BACKEND": "otpguard.channels.providers.aws.Aws",
        "OPTIONS": {"region": "us-east-1", "max_price": "1", "feedback": "on"},
    }
    texts = {**SENDS_RECEIPTS, "OPTIONS": {**TEXTS, "auth_token": "hush hush"}}
    with override_settings(**ours(PROVIDERS={"aws": aws, "texts": texts})):
        found = check_settings()
    assert {each.id for each in found} == {"otpguard.E050"}
    told = [each.msg.removeprefix(f"{CODES['otpguard.E050']} ") for each in found]
    assert [text.partition(" must")[0] for text in told] == [
        "aws: max_price",
        "aws: feedback",
        "texts: auth_token",
    ]
    assert "hush" not in "".join(told)
