"""Each provider with an account at its vendor, served at any URL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from otpguard.channels.base import Submission
from otpguard.channels.providers.aws import Aws
from otpguard.channels.providers.bird import Bird
from otpguard.channels.providers.message_central import MessageCentral, _Token
from otpguard.channels.providers.messagebird import MessageBird
from otpguard.channels.providers.meta_whatsapp import MetaWhatsApp
from otpguard.channels.providers.sinch import Sinch
from otpguard.channels.providers.twilio_messaging import TwilioMessaging
from otpguard.channels.providers.twilio_verify import TwilioVerify
from otpguard.channels.providers.vonage import Vonage
from otpguard.core.assurance import Channel
from tests.vendors import accounts, aws, bird, message_central, messagebird, meta, sinch, twilio
from tests.vendors import vonage as nexmo

CHECKED = Submission(reference="1", channel=Channel.SMS, to="+12015550123", code="481516")
"""A code that a person typed."""


def made_aws(**options: Any) -> Aws:
    return Aws(region=aws.REGION, access_key=aws.ACCESS_KEY, secret_key=aws.SECRET_KEY, **options)


def made_bird(**options: Any) -> Bird:
    return Bird(api_key=bird.API_KEY, **options)


def made_message_central(**options: Any) -> MessageCentral:
    provider = MessageCentral(
        customer_id=message_central.CUSTOMER, password=message_central.PASSWORD, **options
    )
    provider._token = _Token(message_central.TOKEN, datetime(2100, 1, 1, tzinfo=UTC))
    return provider


def made_messagebird(**options: Any) -> MessageBird:
    return MessageBird(access_key=messagebird.ACCESS_KEY, **options)


def made_meta(**options: Any) -> MetaWhatsApp:
    return MetaWhatsApp(
        phone_number_id=meta.NUMBER,
        token=meta.TOKEN,
        whatsapp_business_account=meta.ACCOUNT,
        whatsapp_template_name=meta.TEMPLATE,
        **options,
    )


def made_sinch(**options: Any) -> Sinch:
    return Sinch(key=sinch.KEY, secret=sinch.SECRET, **options)


def made_twilio_messaging(**options: Any) -> TwilioMessaging:
    return TwilioMessaging(
        account_sid=accounts.TWILIO_ACCOUNT,
        auth_token=accounts.TWILIO_AUTH_TOKEN,
        messaging_service_sid=accounts.TWILIO_SERVICE,
        **options,
    )


def made_twilio_verify(**options: Any) -> TwilioVerify:
    return TwilioVerify(
        user=twilio.ACCOUNT,
        password=twilio.AUTH_TOKEN,
        service_sid=twilio.VERIFY_SERVICE,
        **options,
    )


def made_vonage(**options: Any) -> Vonage:
    return Vonage(
        brand="Acme",
        api_key=nexmo.KEY,
        api_secret=nexmo.SECRET,
        channels=["sms", "email"],
        **options,
    )
