"""A project that has used every package that we import from."""

from __future__ import annotations

from tests.settings import *  # noqa: F403 (the project that it is)
from tests.settings import INSTALLED_APPS as BARE_APPS
from tests.settings import MIDDLEWARE as BARE_MIDDLEWARE
from tests.settings import OTPGUARD as BARE_OTPGUARD

INSTALLED_APPS = [
    *BARE_APPS,
    "two_factor",
    "two_factor.plugins.phonenumber",
    "two_factor.plugins.webauthn",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_otp_webauthn",
]
MIDDLEWARE = [*BARE_MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
OTPGUARD = {**BARE_OTPGUARD, "RELYING_PARTY_ID": "acme.example"}

TWO_FACTOR_WEBAUTHN_RP_NAME = "Acme"
TWO_FACTOR_WEBAUTHN_RP_ID = "acme.example"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
OTP_WEBAUTHN_RP_ID = "acme.example"
OTP_WEBAUTHN_RP_NAME = "Acme"
OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://acme.example"]
