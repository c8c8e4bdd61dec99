"""The one setting `OTPGUARD = {...}`, read into a typed, frozen dataclass.

Nothing is read at import and nothing is written into Django's settings. `settings()` reads once and
again after `override_settings`. A mistake raises ImproperlyConfigured; `problems()` lists them all,
which is how the system checks number them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, get_type_hints

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from otpguard.conf.routes import ProviderConfig, RouteConfig, read_providers, read_routes
from otpguard.conf.values import Problem, SettingsError, mapping, names, of_type
from otpguard.core.assurance import PROFILES, AssuranceProfile, Primary
from otpguard.core.checkpoints import BUILT_IN, EVERY, Checkpoint, CheckpointNameError
from otpguard.core.money import Rate
from otpguard.core.presets import Preset
from otpguard.core.price_list import PriceError
from otpguard.core.price_list import parse as parse_prices
from otpguard.core.registry import nearest
from otpguard.core.wishes import WishError, parse

REPORT_ONLY_DAYS = 30
SHORTEST_SECRET = 32
CHECKPOINT_OPTIONS = frozenset({"LABEL", "SENSITIVE", "ANONYMOUS", "POLICY"})

__all__ = [
    "CHECKPOINT_OPTIONS",
    "REPORT_ONLY_DAYS",
    "Problem",
    "ProviderConfig",
    "RouteConfig",
    "Settings",
    "SettingsError",
    "checkpoint",
    "default_of",
    "problems",
    "settings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of otpguard, with its default. All are optional."""

    root_keys: tuple[str, ...] = ()
    """Root keys, newest first; all keys in use are derived from them. The first encrypts and signs,
    the others only read. Empty: Django's SECRET_KEY and SECRET_KEY_FALLBACKS."""

    index_keys: tuple[str, ...] = ()
    """Keys of the blind index over phone numbers: one, or two while `otpguard_rekey` moves the
    index from the second to the first. Empty: derived from the oldest root key."""

    tenant_directory: str = "otpguard.tenants.directory.SessionDirectory"
    """Dotted path of the tenant directory: which tenant a request is about."""

    assurance_profile: AssuranceProfile = PROFILES["saas-2026"]
    """What proofs are worth: "saas-2026" or "nist-800-63b-4"."""

    preset: Preset = Preset.BASELINE
    """The policy preset: "baseline", "defensible" or "enterprise"."""

    checkpoints: Mapping[str, Checkpoint] = field(default_factory=lambda: dict(BUILT_IN))
    """The host's own checkpoints beside the built-in ones:
    {"payout": {"LABEL": "Pay out", "SENSITIVE": True, "POLICY": {...}}}."""

    policy_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Policy fields that differ from the preset's defaults, by checkpoint or "*"."""

    policy_floor: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Policy fields that differ from the preset's floor, by checkpoint or "*"."""

    report_only: Mapping[str, date] = field(default_factory=dict)
    """Checkpoints that report instead of refusing, until the given day, at most 30 days ahead."""

    url_checkpoints: Mapping[str, str] = field(default_factory=dict)
    """View names (with namespace) to checkpoints, for views one does not own."""

    enterprise_from: int = 100_000
    """US dollars a year from which a tenant's contract makes it enterprise."""

    providers: Mapping[str, ProviderConfig] = field(
        default_factory=lambda: {
            "console": ProviderConfig(
                backend="otpguard.channels.providers.console.Console", options={}
            )
        }
    )
    """Vendors by name: {"mail": {"BACKEND": "dotted.path", "OPTIONS": {...}, "REGIONS": ["US"],
    "PAPERS": {"BAA": "2027-12-31", "DPA": True}}}. REGIONS are all places where a vendor may keep
    what it is given; PAPERS are the agreements with it, with their last day."""

    routes: tuple[RouteConfig, ...] = ()
    """Provider names in the order they are tried within a channel, or what each is for:
    [{"PROVIDER": "sms", "CHANNELS": ["sms"], "COUNTRIES": ["US"], "TENANTS": ["acme"],
    "REGIONS": ["US"], "PRIORITY": 1, "COST_MICROS": 8_800}]. Empty: all, as declared."""

    prices: tuple[Rate, ...] = ()
    """What routes cost, in whole micro-dollars; rows of the table win. Keys: see `core.price_list`.
    [{"PROVIDER": "sms", "CHANNEL": "sms", "COUNTRY": "US", "PER_TRY": 8_800}]."""

    webhook_base_url: str = ""
    """The public origin that vendors call and sign: never that of a request. Empty: none may."""

    brand: str = "this service"
    """The name that messages carry. Tenants may have one of their own, approved by the site."""

    default_region: str = "US"
    """ISO 3166 region for phone numbers typed without a country code."""

    trusted_proxies: int = 0
    """How many proxies in front append to X-Forwarded-For. 0: only the peer's address counts."""

    login_backends: Mapping[str, Primary] = field(
        default_factory=lambda: {"django.contrib.auth.backends.ModelBackend": Primary.PASSWORD}
    )
    """What a login through an authentication back end proves: "password", "sso" or "none".
    A back end that is not listed proves nothing."""

    impersonation_keys: tuple[str, ...] = ("hijack_history", "_impersonate", "loginas_from_user")
    """Session keys that mark somebody acting as somebody else: such a session is never fresh."""

    fresh_login: timedelta = timedelta(minutes=10)
    """How recent a login in this session must be for enrolling a first factor, in seconds."""

    secret_fields: tuple[str, ...] = (
        "password",
        "passwd",
        "pwd",
        "secret",
        "private_key",
        "api_key",
        "token",
        "card",
        "cvv",
        "cvc",
        "iban",
        "account_number",
        "routing_number",
        "ssn",
        "otp",
    )
    """Form fields whose name contains one of these are never kept in a held request."""

    held_bytes: int = 65_536
    """The largest form, in bytes, that is kept while its sender proves who they are."""

    relying_party_id: str = ""
    """The WebAuthn relying party: a domain, of which every origin is a part. Passkeys belong to it
    for good, so fix it before the first one. Empty: the host of the request."""

    relying_party_origins: tuple[str, ...] = ()
    """The exact origins from which passkeys are accepted, such as "https://app.example.com".
    Empty: the origin of the request."""

    attestation_roots: tuple[str, ...] = ()
    """Files with the certificates (PEM) of makers whose attestation of a passkey is trusted."""

    attestation_aaguids: tuple[str, ...] = ()
    """The models (AAGUID) that count as attested. Empty: all whose certificates reach a root."""

    totp_tolerance: int = 1
    """How many 30-second steps an authenticator's code may be late. 0 is the strict mode of OWASP
    ASVS 5.0, 6.5.5; 1, the most, is what RFC 6238, 5.2 recommends for slow typing."""

    otp_login: bool = False
    """Whether a step-up also logs in with django-otp, so that `otp_required` sees it. Needs
    otpguard's own OtpMiddleware in place of django-otp's."""

    session_ceiling: timedelta = timedelta(hours=12)
    """How long, in seconds, django-otp's mark lasts at most (NIST SP 800-63B-4, 2.3.3)."""

    enrollment_exempt: tuple[str, ...] = ()
    """View names (with namespace, or "namespace:*") that stay open to somebody whose enrollment is
    overdue, beside our own pages, login, logout and static files."""

    second_approver: bool = False
    """Whether a second operator must approve the reset of somebody's factor."""

    support_url: str = ""
    """Where a person gets help by a human; linked from every challenge (NIST 2.4.4)."""


def settings() -> Settings:
    """The settings in force. Raises ImproperlyConfigured with the first mistake."""
    return _load()


def checkpoint(slug: str) -> Checkpoint:
    """The checkpoint of that name. Raises ImproperlyConfigured naming the nearest known one."""
    known = settings().checkpoints
    if slug not in known:
        raise ImproperlyConfigured(
            f'otpguard: unknown checkpoint "{slug}", {nearest(slug, list(known))}'
        )
    return known[slug]


def problems(raw: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in a raw OTPGUARD setting, in the order of its keys."""
    return _read(raw)[1]


@lru_cache(maxsize=1)
def _load() -> Settings:
    values, found = _read(getattr(django_settings, "OTPGUARD", {}))
    if found:
        raise ImproperlyConfigured(f"OTPGUARD ({found[0].check}): {found[0].message}")
    return Settings(**values)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        _load.cache_clear()


setting_changed.connect(_forget, dispatch_uid="otpguard.conf")


def _read(raw: object) -> tuple[dict[str, Any], list[Problem]]:
    if not isinstance(raw, Mapping):
        return {}, [Problem("otpguard.E002", "OTPGUARD must be a dictionary")]
    keys = {f.name.upper(): f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    found: list[Problem] = []
    # Later keys are judged by the checkpoints that earlier ones declare.
    for key in sorted(raw, key=lambda name: str(name) != "CHECKPOINTS"):
        if key not in keys:
            hint = nearest(str(key), list(keys))
            found.append(Problem("otpguard.E001", f'unknown key "{key}", {hint}'))
            continue
        try:
            values[keys[key]] = _value(keys[key], raw[key], values)
        except SettingsError as error:
            found.append(Problem(error.problem.check, f"{key}: {error.problem.message}"))
    return values, found


def _value(name: str, value: object, so_far: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if name in _READERS:
        known = so_far.get("checkpoints", BUILT_IN)
        return _READERS[name](value, known)
    wanted = get_type_hints(Settings)[name]
    if wanted is timedelta:
        return timedelta(seconds=of_type(value, int))
    if wanted == tuple[str, ...]:
        return names(value)
    return of_type(value, wanted)


def _known(slug: str, known: Mapping[str, Checkpoint]) -> str:
    if slug != EVERY and slug not in known:
        raise SettingsError(
            "otpguard.E003", f'unknown checkpoint "{slug}", {nearest(slug, list(known))}'
        )
    return slug


def _profile(value: object, _known: Mapping[str, Checkpoint]) -> AssuranceProfile:
    if value not in PROFILES:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(PROFILES)}")
    return PROFILES[str(value)]


def _preset(value: object, _known: Mapping[str, Checkpoint]) -> Preset:
    try:
        return Preset(str(value))
    except ValueError:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(Preset)}") from None


def _checkpoints(value: object, _known: Mapping[str, Checkpoint]) -> Mapping[str, Checkpoint]:
    result = dict(BUILT_IN)
    for slug, options in mapping(value).items():
        unknown = set(mapping(options)) - CHECKPOINT_OPTIONS
        if unknown:
            hint = nearest(min(unknown), list(CHECKPOINT_OPTIONS))
            raise SettingsError("otpguard.E001", f'{slug}: unknown "{min(unknown)}", {hint}')
        if slug in BUILT_IN:
            raise SettingsError("otpguard.E003", f'"{slug}" is built in; use POLICY_DEFAULTS')
        try:
            result[slug] = Checkpoint(
                slug=slug,
                label=str(options.get("LABEL", slug)),
                sensitive=bool(options.get("SENSITIVE", False)),
                anonymous=bool(options.get("ANONYMOUS", False)),
                shipped=False,
                defaults=_wishes(options.get("POLICY", {})),
            )
        except CheckpointNameError as error:
            raise SettingsError("otpguard.E003", str(error)) from None
    return result


def _wishes(value: object) -> dict[str, Any]:
    try:
        return parse(mapping(value))
    except WishError as error:
        raise SettingsError("otpguard.E004", str(error)) from None


def _policies(value: object, known: Mapping[str, Checkpoint]) -> Mapping[str, Mapping[str, Any]]:
    return {_known(slug, known): _wishes(raw) for slug, raw in mapping(value).items()}


def _report_only(value: object, known: Mapping[str, Checkpoint]) -> Mapping[str, date]:
    result = {}
    for slug, day in mapping(value).items():
        try:
            result[_known(slug, known)] = (
                day if isinstance(day, date) else date.fromisoformat(str(day))
            )
        except ValueError as error:
            if isinstance(error, SettingsError):
                raise
            raise SettingsError("otpguard.E002", f"{slug}: must be a day, YYYY-MM-DD") from None
    return result


def _url_checkpoints(value: object, known: Mapping[str, Checkpoint]) -> Mapping[str, str]:
    return {view: _known(str(slug), known) for view, slug in mapping(value).items()}


def _providers(value: object, _known: Mapping[str, Checkpoint]) -> Mapping[str, ProviderConfig]:
    return read_providers(value)


def _routes(value: object, _known: Mapping[str, Checkpoint]) -> tuple[RouteConfig, ...]:
    return read_routes(value)


def _prices(value: object, _known: Mapping[str, Checkpoint]) -> tuple[Rate, ...]:
    try:
        return parse_prices(value)
    except PriceError as error:
        raise SettingsError("otpguard.E031", str(error)) from None


def _login_backends(value: object, _known: Mapping[str, Checkpoint]) -> Mapping[str, Primary]:
    try:
        return {path: Primary(str(primary)) for path, primary in mapping(value).items()}
    except ValueError:
        raise SettingsError("otpguard.E002", f"values: {', '.join(Primary)}") from None


_READERS: dict[str, Callable[[object, Mapping[str, Checkpoint]], Any]] = {
    "assurance_profile": _profile,
    "preset": _preset,
    "checkpoints": _checkpoints,
    "policy_defaults": _policies,
    "policy_floor": _policies,
    "report_only": _report_only,
    "url_checkpoints": _url_checkpoints,
    "providers": _providers,
    "prices": _prices,
    "routes": _routes,
    "login_backends": _login_backends,
}


def default_of(name: str) -> Any:  # noqa: ANN401 (each setting has its own type)
    """The default of one setting, for docs and checks. Raises KeyError for an unknown name."""
    found = {f.name: f for f in fields(Settings)}[name]
    if found.default is not MISSING:
        return found.default
    assert found.default_factory is not MISSING  # noqa: S101 (every setting has a default)
    return found.default_factory()
