"""Numbered system checks: every misconfiguration that can be seen before the first request.

Run by `manage.py check`; the ones marked "deploy" only with `--deploy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver
from django.utils.module_loading import import_string

from otpguard.channels.catalog import has_own_sender, missing_for_reports
from otpguard.conf import REPORT_ONLY_DAYS, Settings, problems, settings
from otpguard.core.assurance import Channel
from otpguard.core.presets import Tier, levels_below_standard
from otpguard.core.registry import nearest
from otpguard.tenants.policies import rules_at

MIDDLEWARE = "otpguard.middleware.OtpguardMiddleware"
ENROLLMENT = "otpguard.middleware.EnrollmentMiddleware"
OTP = "otpguard.middleware.OtpMiddleware"
DJANGO_OTP = "django_otp.middleware.OTPMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
BEFORE_OURS = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    AUTHENTICATION,
)
CACHE_MIDDLEWARE = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
)
GOOD_KEY_LENGTH = 32
MOST_TOLERANCE = 1

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
    "otpguard.E011": "The middleware stands before one that it needs.",
    "otpguard.E012": "Sessions in signed cookies cannot be revoked or rotated.",
    "otpguard.E013": "SESSION_SAVE_EVERY_REQUEST brings rotated session keys back.",
    "otpguard.E014": "This database is not supported.",
    "otpguard.E015": "SQLite needs IMMEDIATE transactions and a timeout.",
    "otpguard.E016": "A provider for development is configured in production.",
    "otpguard.E017": "The pages have no address: a refused request would have nowhere to go.",
    "otpguard.E018": "django_otp is not installed.",
    "otpguard.E019": "TOTP_TOLERANCE lets an authenticator's code live too long.",
    "otpguard.E020": "django-otp's own middleware believes a mark for ever, in every tenant.",
    "otpguard.E021": "What a provider keeps where, or on which papers, has the wrong form.",
    "otpguard.E022": "A route has the wrong form.",
    "otpguard.E023": "A route promises what its provider does not offer.",
    "otpguard.E031": "A price in OTPGUARD is wrong.",
    "otpguard.W001": "A checkpoint asks AAL1 of members: below the B2B standard.",
    "otpguard.W002": "A cache middleware may answer before the guard.",
    "otpguard.W003": "The host must be fixed: messages carry it.",
    "otpguard.W004": "The index of phone numbers hangs on a key that is being retired.",
    "otpguard.W005": "A guarded view stands at a checkpoint that no policy has switched on.",
    "otpguard.W006": "No provider reaches a telephone: nobody can enroll one.",
    "otpguard.W007": "URL_CHECKPOINTS names a view that does not exist: it guards nothing.",
    "otpguard.W008": "OTP_LOGIN sets a mark that no middleware reads.",
    "otpguard.W009": "A paper with a provider has expired: it closes routes.",
    "otpguard.W010": "WhatsApp goes out by a sender of the vendor's, which people do not know.",
    "otpguard.W011": "The site has several hosts, and a passkey belongs to the one it was made at.",
    "otpguard.W031": "What a provider reports of deliveries would be turned away.",
}
"""Every check by its number, and what it means."""


def connect() -> None:
    """Register all checks; called once when Django is ready."""
    register(check_settings, Tags.security)
    register(check_project, Tags.security)
    register(check_urls, Tags.urls)
    register(check_database, Tags.database)
    register(check_deployment, Tags.security, deploy=True)


def check_settings(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E001 to E009, E019, E021 to E023, E031, W001, W004 to W006, W009, W010, W031: the
    dictionary."""
    found = problems(getattr(django_settings, "OTPGUARD", {}))
    if found:
        return [Error(_say(p.check, p.message), id=p.check) for p in found]
    mine = settings()
    return [
        *_providers(mine),
        *_routes(mine),
        *_channels(mine),
        *_directory(mine),
        *_keys(mine),
        *_dates(mine),
        *_tolerance(mine),
        *_policies(mine),
        *_prices(mine),
    ]


def check_project(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E010 to E013, E018, E020, W002, W008: how otpguard stands in the project."""
    middleware = list(django_settings.MIDDLEWARE)
    found: list[CheckMessage] = []
    if MIDDLEWARE not in middleware:
        return [_error("otpguard.E010", f'Add "{MIDDLEWARE}" to MIDDLEWARE.')]
    if not apps.is_installed("django_otp"):
        found.append(_error("otpguard.E018", 'Add "django_otp" to INSTALLED_APPS.'))
    found.extend(
        _error("otpguard.E011", f'Move "{ours}" below "{needed}".')
        for ours in (MIDDLEWARE, ENROLLMENT)
        for needed in BEFORE_OURS
        if {ours, needed} <= set(middleware) and middleware.index(needed) > middleware.index(ours)
    )
    if django_settings.SESSION_ENGINE.endswith("signed_cookies"):
        found.append(_error("otpguard.E012", "Use a session engine that stores on the server."))
    if django_settings.SESSION_SAVE_EVERY_REQUEST:
        found.append(_error("otpguard.E013", "Set SESSION_SAVE_EVERY_REQUEST to False."))
    found.extend(_otp_login(middleware))
    if any(name in middleware for name in CACHE_MIDDLEWARE):
        found.append(
            _warning("otpguard.W002", "Guarded views are never cached, but check their order.")
        )
    return found


def _otp_login(middleware: list[str]) -> Iterable[CheckMessage]:
    if OTP in middleware:
        if AUTHENTICATION in middleware and middleware.index(AUTHENTICATION) > middleware.index(
            OTP
        ):
            yield _error("otpguard.E011", f'Move "{OTP}" below "{AUTHENTICATION}".')
        return
    try:
        wanted = settings().otp_login
    except ImproperlyConfigured:
        return  # check_settings has said so
    if wanted and DJANGO_OTP in middleware:
        yield _error("otpguard.E020", f'Put "{OTP}" in its place.')
    elif wanted:
        yield _warning("otpguard.W008", f'Add "{OTP}" to MIDDLEWARE.')


def check_urls(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E017, W007: what the project's addresses must hold."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return []
    found: list[CheckMessage] = []
    names = set(_view_names(get_resolver().url_patterns))
    if "otpguard:choose" not in names:
        hint = 'Add path("security/", include("otpguard.urls")) to your addresses.'
        found.append(_error("otpguard.E017", hint))
    try:
        mapped = settings().url_checkpoints
    except ImproperlyConfigured:
        return found  # check_settings has said so
    for view in mapped:
        space = view.removesuffix("*")
        exists = any(name.startswith(space) for name in names) if space != view else view in names
        if not exists:
            found.append(_warning("otpguard.W007", f'"{view}", {nearest(view, sorted(names))}'))
    return found


def _view_names(patterns: Iterable[Any], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _view_names(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}"


def check_database(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """E014, E015: what the database must be."""
    if not databases or "default" not in databases:
        return []
    config: dict[str, Any] = django_settings.DATABASES["default"]
    engine = str(config["ENGINE"])
    if not any(name in engine for name in ("postgresql", "postgis", "sqlite3", "spatialite")):
        return [_error("otpguard.E014", "Use PostgreSQL, or SQLite for trying out.")]
    options: dict[str, Any] = dict(config.get("OPTIONS", {}))
    if "sqlite" in engine and (
        options.get("transaction_mode") != "IMMEDIATE" or "timeout" not in options
    ):
        hint = 'OPTIONS: {"transaction_mode": "IMMEDIATE", "timeout": 20}'
        return [_error("otpguard.E015", hint)]
    return []


def check_deployment(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E016, W003, W011: what must not go into production."""
    found: list[CheckMessage] = []
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings has said so
    for name, config in mine.providers.items():
        module = config.backend.rpartition(".")[0]
        if _for_development(module):
            found.append(_error("otpguard.E016", f'"{name}" shows codes to whoever looks.'))
    if "*" in django_settings.ALLOWED_HOSTS:
        found.append(_warning("otpguard.W003", "Name your hosts in ALLOWED_HOSTS."))
    several = len(django_settings.ALLOWED_HOSTS) > 1 or any(
        host.startswith((".", "*")) for host in django_settings.ALLOWED_HOSTS
    )
    if several and not mine.relying_party_id:
        hint = "Name the domain they share in RELYING_PARTY_ID, and your origins."
        found.append(_warning("otpguard.W011", hint))
    return found


def _providers(mine: Settings) -> Iterable[CheckMessage]:
    for name, config in mine.providers.items():
        try:
            import_string(config.backend)(**config.options)
        except (ImportError, TypeError, ValueError) as error:
            yield _error("otpguard.E005", f"{name}: {error}")


def _routes(mine: Settings) -> Iterable[CheckMessage]:
    today = date.today()  # noqa: DTZ011 (a day of the site)
    for name, config in mine.providers.items():
        for paper, until in config.papers.items():
            if until is not None and until < today:
                yield _warning("otpguard.W009", f"{name}: {paper} ended on {until}.")
    for route in mine.routes:
        if route.provider not in mine.providers:
            yield _error("otpguard.E006", f'"{route.provider}" is not in PROVIDERS.')
            continue
        config = mine.providers[route.provider]
        # An unknown place is not made known by a route.
        if beyond := route.regions - config.regions:
            detail = f'{route.provider}: "{min(beyond)}" is not among its REGIONS.'
            yield _error("otpguard.E023", detail)
        try:
            served = import_string(config.backend)(**config.options).channels
        except (ImportError, TypeError, ValueError):
            continue  # E005 has said so
        if unserved := route.channels - served:
            detail = f'{route.provider} does not serve "{min(unserved)}".'
            yield _error("otpguard.E023", detail)


def _channels(mine: Settings) -> Iterable[CheckMessage]:
    reached: set[Channel] = set()
    for name, config in mine.providers.items():
        try:
            provider = import_string(config.backend)(**config.options)
        except (ImportError, TypeError, ValueError):
            return  # E005 has said so
        reached |= provider.channels
        if Channel.WHATSAPP in provider.channels and not has_own_sender(provider):
            detail = f"{name}: record a sender for it, or use a business account of your own."
            yield _warning("otpguard.W010", detail)
        missing = missing_for_reports(
            provider, base_url=mine.webhook_base_url, secret=config.webhook_secret
        )
        if missing:
            yield _warning("otpguard.W031", f"{name}: set {missing}.")
    if not reached - {Channel.EMAIL}:
        detail = "Add one for text messages, WhatsApp or voice (the console for development)."
        yield _warning("otpguard.W006", detail)


def _directory(mine: Settings) -> Iterable[CheckMessage]:
    try:
        made = import_string(mine.tenant_directory)()
    except (ImportError, TypeError) as error:
        yield _error("otpguard.E008", str(error))
    else:
        if not callable(getattr(made, "tenant_for", None)):
            yield _error("otpguard.E008", f"{mine.tenant_directory} has no method tenant_for.")


def _keys(mine: Settings) -> Iterable[CheckMessage]:
    for name, keys in (("ROOT_KEYS", mine.root_keys), ("INDEX_KEYS", mine.index_keys)):
        if any(len(key) < GOOD_KEY_LENGTH for key in keys):
            yield _error("otpguard.E009", f"{name}: at least {GOOD_KEY_LENGTH} random characters.")

    retiring = mine.root_keys[1:] or list(django_settings.SECRET_KEY_FALLBACKS)
    if retiring and not mine.index_keys:
        detail = "Set INDEX_KEYS and run otpguard_rekey before the oldest key is dropped."
        yield _warning("otpguard.W004", detail)


def _dates(mine: Settings) -> Iterable[CheckMessage]:
    latest = date.today() + timedelta(days=REPORT_ONLY_DAYS)  # noqa: DTZ011 (a day of the site)
    for slug, until in mine.report_only.items():
        if until > latest:
            yield _error("otpguard.E007", f"{slug}: {until} is later than {latest}.")


def _tolerance(mine: Settings) -> Iterable[CheckMessage]:
    if mine.totp_tolerance > MOST_TOLERANCE:
        yield _error("otpguard.E019", "Set it to 1, or to 0 for the strict mode (RFC 6238, 5.2).")


def _policies(mine: Settings) -> Iterable[CheckMessage]:
    defaults = {
        slug: rules_at(checkpoint, Tier.STANDARD).default
        for slug, checkpoint in mine.checkpoints.items()
    }
    for slug in levels_below_standard(defaults):
        yield _warning("otpguard.W001", f"{slug}: ask at least AAL2.")
    for view, slug in mine.url_checkpoints.items():
        if not defaults[slug].active:
            detail = f'{view}: set POLICY_DEFAULTS = {{"{slug}": {{"active": True}}}}.'
            yield _warning("otpguard.W005", detail)


def _prices(mine: Settings) -> Iterable[CheckMessage]:
    for name in sorted({rate.provider for rate in mine.prices} - set(mine.providers)):
        hint = nearest(name, list(mine.providers))
        yield _error("otpguard.E031", f'"{name}" is not in PROVIDERS, {hint}')


def _for_development(module: str) -> bool:
    try:
        return bool(import_string(f"{module}.FOR_DEVELOPMENT"))
    except ImportError:
        return False


def _say(code: str, detail: str) -> str:
    return f"{CODES[code]} {detail}"


def _error(code: str, detail: str) -> Error:
    return Error(_say(code, detail), id=code)


def _warning(code: str, detail: str) -> Warning:
    return Warning(_say(code, detail), id=code)
