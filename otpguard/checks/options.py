"""Checks of the OTPGUARD dictionary itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error

from otpguard.checks.access_tokens import access_tokens
from otpguard.checks.attestation import attestation
from otpguard.checks.audit_log import places, signer
from otpguard.checks.captcha import embedding, hosted_captcha
from otpguard.checks.codes import error, text, warning
from otpguard.checks.factor_kinds import factor_kinds
from otpguard.checks.login_risk import login_risk
from otpguard.checks.number_intel import number_intel
from otpguard.checks.outside_data import outside_data
from otpguard.checks.passwords import password_validator
from otpguard.checks.providers import channels, providers, routes
from otpguard.checks.releases import releases
from otpguard.checks.scim import domain_resolver
from otpguard.checks.senders import brand
from otpguard.checks.signup import signup
from otpguard.checks.single import single
from otpguard.conf import REPORT_ONLY_DAYS, Settings, problems, settings
from otpguard.conf.people.login_backends import RECORDED, line_for
from otpguard.core.presets import Tier, levels_below_standard
from otpguard.core.registry import nearest
from otpguard.limits.limiter import limiter
from otpguard.tenants.directory import directory
from otpguard.tenants.policies import policy_pair_at

GOOD_KEY_LENGTH = 32
MOST_TOLERANCE = 1


def check_settings(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E001 to E009, E019, E021 to E028, E031, E050, E060, E061, E088, E089, E120 to E122, E125,
    E128, E129, E132 to E136, E140 to E143, E145 to E150, E175 to E177, E185, E225, E226, E235 to
    E237, W001, W004 to W006, W009, W010, W012, W031, W060, W061, W080, W088, W091, W100, W121,
    W130, W133, W135, W148, W150: the dictionary. E220, E221: our validator of passwords."""
    raw = getattr(django_settings, "OTPGUARD", {})
    found = problems(raw)
    if found:
        return [Error(text(p.check, p.message), id=p.check) for p in found]
    mine = settings()
    return [
        *_provided(raw),
        *providers(mine),
        *routes(mine),
        *channels(mine),
        *_directory(mine),
        *single(mine),
        *_limiter(mine),
        *signer(),
        *places(mine),
        *_keys(mine),
        *_dates(mine),
        *_tolerance(mine),
        *_login_backends(mine),
        *_policies(mine),
        *factor_kinds(mine),
        *_prices(mine),
        *attestation(mine),
        *brand(mine),
        *outside_data(),
        *hosted_captcha(mine),
        *number_intel(mine),
        *embedding(mine),
        *releases(mine),
        *signup(mine),
        *login_risk(mine),
        *access_tokens(mine),
        *domain_resolver(mine),
        *password_validator(),
    ]


def _provided(raw: Mapping[str, Any]) -> Iterable[CheckMessage]:
    if not raw.get("PROVIDERS"):
        detail = "Name a vendor before people are to get them (docs/sending.md)."
        yield warning("otpguard.W100", detail)


def _directory(_: Settings) -> Iterable[CheckMessage]:
    try:
        directory()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E008", str(wrong))


def _limiter(_: Settings) -> Iterable[CheckMessage]:
    try:
        limiter()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E028", str(wrong))


def _keys(mine: Settings) -> Iterable[CheckMessage]:
    for name, keys in (("ROOT_KEYS", mine.root_keys), ("INDEX_KEYS", mine.index_keys)):
        if any(len(key) < GOOD_KEY_LENGTH for key in keys):
            yield error("otpguard.E009", f"{name}: at least {GOOD_KEY_LENGTH} random characters.")

    retiring = mine.root_keys[1:] or list(django_settings.SECRET_KEY_FALLBACKS)
    if retiring and not mine.index_keys:
        detail = "Set INDEX_KEYS and run otpguard_rekey before the oldest key is dropped."
        yield warning("otpguard.W004", detail)


def _dates(mine: Settings) -> Iterable[CheckMessage]:
    latest = date.today() + timedelta(days=REPORT_ONLY_DAYS)  # noqa: DTZ011 (a day of the site)
    for slug, until in mine.report_only.items():
        if until > latest:
            yield error("otpguard.E007", f"{slug}: {until} is later than {latest}.")
        if slug in mine.checkpoints and mine.checkpoints[slug].is_always_enforced:
            yield warning("otpguard.W070", f"Take {slug} out of REPORT_ONLY.")


def _tolerance(mine: Settings) -> Iterable[CheckMessage]:
    if mine.totp_tolerance > MOST_TOLERANCE:
        yield error("otpguard.E019", "Set it to 1, or to 0 for the strict mode (RFC 6238, 5.2).")


def _login_backends(mine: Settings) -> Iterable[CheckMessage]:
    for backend in django_settings.AUTHENTICATION_BACKENDS:
        if backend not in mine.login_backends and backend not in RECORDED:
            detail = (
                f"A phone does not reach AAL2 then. If it checks a password, write"
                f' {line_for(backend)}; "sso" for single sign-on; "none" if it does neither.'
            )
            yield warning("otpguard.W080", detail)


def _policies(mine: Settings) -> Iterable[CheckMessage]:
    defaults = {
        slug: policy_pair_at(checkpoint, Tier.STANDARD).default
        for slug, checkpoint in mine.checkpoints.items()
    }
    asked = [(mine.checkpoints[slug], policy) for slug, policy in defaults.items()]
    for slug in levels_below_standard(asked):
        yield warning("otpguard.W001", f"{slug}: ask at least AAL2.")
    for view, found in mine.url_checkpoints.items():
        if not defaults[found.checkpoint].active:
            detail = f'{view}: set POLICY_DEFAULTS = {{"{found.checkpoint}": {{"active": True}}}}.'
            yield warning("otpguard.W005", detail)


def _prices(mine: Settings) -> Iterable[CheckMessage]:
    for name in sorted({rate.provider for rate in mine.prices} - set(mine.providers)):
        hint = nearest(name, list(mine.providers))
        yield error("otpguard.E031", f'"{name}" is not in PROVIDERS, {hint}')
