"""Every system check by its number, and the message of one."""

from __future__ import annotations

from django.core.checks import Error, Info, Warning  # noqa: A004 (Django's name)

CODES: dict[str, str] = {
    "otpguard.E001": "A key of OTPGUARD is not known.",
    "otpguard.E002": "A value of OTPGUARD has the wrong form.",
    "otpguard.E003": "OTPGUARD names a checkpoint that does not exist.",
    "otpguard.E004": "A policy in OTPGUARD is out of bounds.",
    "otpguard.E005": "A provider cannot be loaded.",
    "otpguard.E006": "A route names a provider that does not exist.",
    "otpguard.E007": "Report-only mode must end within 30 days.",
    "otpguard.E008": "The tenant directory cannot be loaded.",
    "otpguard.E009": "A root or index key is too short.",
    "otpguard.E010": "The middleware is missing: nothing would be guarded.",
    "otpguard.E011": "The middleware comes before one that it needs.",
    "otpguard.E012": "Sessions in signed cookies cannot be revoked or rotated.",
    "otpguard.E013": "A middleware is listed twice: it would run two times for each request.",
    "otpguard.E014": "This database is not supported.",
    "otpguard.E015": "SQLite needs IMMEDIATE transactions and a timeout.",
    "otpguard.E016": "A provider for development is configured in production.",
    "otpguard.E017": "The pages have no URL: a refused request would have nowhere to go.",
    "otpguard.E018": "django_otp is not installed.",
    "otpguard.E019": "TOTP_TOLERANCE lets an authenticator's code live too long.",
    "otpguard.E020": "django-otp's own middleware trusts a mark forever, in every tenant.",
    "otpguard.E021": "The REGIONS or PAPERS of a provider have the wrong form.",
    "otpguard.E022": "A route has the wrong form.",
    "otpguard.E023": "A route promises what its provider does not offer.",
    "otpguard.E024": "A factor kind cannot be loaded.",
    "otpguard.E025": "A factor kind states what it must not.",
    "otpguard.E026": "A policy lists a factor kind that is not installed.",
    "otpguard.E027": "A provider's capabilities contradict each other.",
    "otpguard.E028": "The limiter cannot be loaded.",
    "otpguard.E031": "A price in OTPGUARD is wrong.",
    "otpguard.E040": "A pattern of URL_CHECKPOINTS covers no view: it guards nothing.",
    "otpguard.E041": "URL_CHECKPOINTS covers an API view, which only a permission can guard.",
    "otpguard.E050": "An option of a provider breaks a rule of its vendor.",
    "otpguard.E060": "A policy accepts passkeys of trusted makers only, and no maker is trusted.",
    "otpguard.E061": "The files that say which passkey makers to trust cannot be read.",
    "otpguard.E080": "Numbers have fixed codes, known to all who can read the settings.",
    "otpguard.E085": "The tables of otpguard and of users must be in one database.",
    "otpguard.E086": "Tables that all tenants share must be in the shared schema only.",
    "otpguard.E087": "Local times repeat an hour each year, in which no lock would hold.",
    "otpguard.E088": "TENANCY is single, and a setting says otherwise.",
    "otpguard.E089": "SINGLE_ROLES names what the user model does not have.",
    "otpguard.E100": "Messages are not sent by a worker: not for production.",
    "otpguard.E110": "The cookie that names a visitor's browser could travel over plain HTTP.",
    "otpguard.W001": "A checkpoint asks members for AAL1 only: below the B2B standard.",
    "otpguard.W002": "A cache middleware may answer before enrollment is enforced.",
    "otpguard.W003": "The host must be fixed: messages carry it.",
    "otpguard.W004": "The index of phone numbers depends on a key that is being retired.",
    "otpguard.W005": "A guarded view uses a checkpoint that no policy has switched on.",
    "otpguard.W006": "No provider reaches a phone: nobody can enroll one.",
    "otpguard.W008": "OTP_LOGIN sets a mark that no middleware reads.",
    "otpguard.W009": "A paper with a provider has expired: routes that need it are not used.",
    "otpguard.W010": "WhatsApp goes out from the vendor's own sender, which people do not know.",
    "otpguard.W011": "The site has several hosts, and a passkey belongs to the one it was made at.",
    "otpguard.W012": "A policy lists a factor kind that its floor does not allow.",
    "otpguard.W040": "A pattern of ENROLLMENT_EXEMPT covers no view: it opens nothing.",
    "otpguard.W041": "A view where proofs are bound does not say whether it only reads.",
    "otpguard.W042": "TRUSTED_PROXIES is 0, and the site is behind a proxy.",
    "otpguard.W060": "Only a passkey of a trusted maker reaches a level, and no maker is trusted.",
    "otpguard.W061": "The metadata of the FIDO Alliance is out of date.",
    "otpguard.W088": "SINGLE_ROLES is set, and TENANCY is not single: nothing reads it.",
    "otpguard.W089": "TENANCY is single, and its organization was not made.",
    "otpguard.W090": "Texts to US numbers leave from a number without a live 10DLC registration.",
    "otpguard.W091": "A brand makes two parts of a text message, and each part is billed.",
    "otpguard.W031": "Receipts of a provider would be turned away.",
    "otpguard.W080": "A login by this authentication back end proves nothing.",
    "otpguard.W081": "The project has tenants of its own, and otpguard does not know them all.",
    "otpguard.W100": "No PROVIDERS are set: messages are only printed, in the terminal.",
    "otpguard.I040": "URL_CHECKPOINTS guards these views.",
    "otpguard.I041": "URL_CHECKPOINTS never guards these views: they lead to a login or a proof.",
    "otpguard.I081": "request.tenant is the project's own model.",
    "otpguard.W032": "Codes of a vendor are not known to have six digits: they serve AAL1 alone.",
    "otpguard.W070": "REPORT_ONLY names a checkpoint that is always enforced: it changes nothing.",
}
"""Every check by its number, and what it means."""


def error(code: str, detail: str) -> Error:
    """The error of that number, with what is wrong here."""
    return Error(text(code, detail), id=code)


def warning(code: str, detail: str) -> Warning:
    """The warning of that number, with what is wrong here."""
    return Warning(text(code, detail), id=code)


def info(code: str, detail: str) -> Info:
    """What there is to know under that number."""
    return Info(text(code, detail), id=code)


def text(code: str, detail: str) -> str:
    """The sentence of the number, then the detail."""
    return f"{CODES[code]} {detail}"
