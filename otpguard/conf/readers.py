"""How each key of OTPGUARD is read that is more than a number, a text or a list of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from otpguard.conf.api_keys import read_api_keys
from otpguard.conf.audit.installation import read_installation
from otpguard.conf.audit.publish import PublishConfig, read_publish
from otpguard.conf.backend import BackendConfig, read_backend
from otpguard.conf.consent import read_consent
from otpguard.conf.content_sources import read_content_sources, read_logo
from otpguard.conf.fixed_codes import read_test_numbers
from otpguard.conf.kinds import (
    SHIPPED_CONFIGS,
    FactorKindConfig,
    read_factor_kinds,
)
from otpguard.conf.people.client_urls import read_client_urls
from otpguard.conf.people.login_backends import LOGINS
from otpguard.conf.people.login_backends import SHIPPED as SHIPPED_BACKENDS
from otpguard.conf.people.login_risk import LoginRiskConfig, read_login_risk
from otpguard.conf.people.signup import SignupConfig, read_signup
from otpguard.conf.people.token_issuers import read_token_issuers
from otpguard.conf.pumping_readers import PUMPING_READERS
from otpguard.conf.releases import ReleaseConfig, read_releases
from otpguard.conf.routes import ProviderConfig, RouteConfig, read_providers, read_routes
from otpguard.conf.siem.streams import SIEM_READERS
from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.conf.view_patterns import UrlCheckpoint, read_exempt, read_url_checkpoints
from otpguard.core.assurance import PROFILES, AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.checkpoints import BUILT_IN, EVERY, Checkpoint, CheckpointNameError
from otpguard.core.codes import Code
from otpguard.core.consent import ConsentText
from otpguard.core.enrollment import ROLE
from otpguard.core.host_event import known_checkpoints
from otpguard.core.money import Rate
from otpguard.core.policy_exception import LONGEST
from otpguard.core.presets import Preset
from otpguard.core.price_list import PriceError, parse_price_list
from otpguard.core.registry import nearest
from otpguard.core.wishes import UnknownKindError, WishError, parse_wishes
from otpguard.core.worker import Worker

REPORT_ONLY_DAYS = 30
TENANCIES = ("multi", "single")
SHORTEST_SECRET = 32
SHORTEST_PURGE_DAYS, LONGEST_PURGE_DAYS = 32, 3_650
"""A whole month stays, since the price of a message may depend on how many there were in it."""
CHECKPOINT_OPTIONS = frozenset({"LABEL", "SENSITIVE", "ANONYMOUS", "POLICY"})

SoFar = Mapping[str, Any]
"""The values that have been read, by the name of their field."""


def _checkpoints_of(so_far: SoFar) -> Mapping[str, Checkpoint]:
    found: Mapping[str, Checkpoint] = so_far.get("checkpoints") or known_checkpoints()
    return found


def _hosts_own(slug: str, options: Mapping[str, Any], so_far: SoFar) -> Checkpoint:
    """A host's own checkpoint. A variant of a built-in one is as sensitive and as user-wide,
    and signs what that signs."""
    parent = BUILT_IN.get(slug.partition(".")[0])
    return Checkpoint(
        slug=slug,
        label=str(options.get("LABEL", slug)),
        sensitive=bool(options.get("SENSITIVE", parent is not None and parent.sensitive)),
        anonymous=bool(options.get("ANONYMOUS", False)),
        user_wide=parent is not None and parent.user_wide,
        signs=parent is not None and parent.signs,
        default=_wishes(options.get("POLICY", {}), so_far),
    )


def _known(slug: str, so_far: SoFar) -> str:
    known = _checkpoints_of(so_far)
    if slug != EVERY and slug not in known:
        raise SettingsError(
            "otpguard.E003", f'unknown checkpoint "{slug}", {nearest(slug, list(known))}'
        )
    return slug


def _profile(value: object, _so_far: SoFar) -> AssuranceProfile:
    if value not in PROFILES:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(PROFILES)}")
    return PROFILES[str(value)]


def _factor_kinds(value: object, _so_far: SoFar) -> Mapping[str, FactorKindConfig]:
    return read_factor_kinds(value)


def _logo(value: object, _so_far: SoFar) -> str:
    return read_logo(value)


def _csp_sources(value: object, _so_far: SoFar) -> Mapping[str, tuple[str, ...]]:
    return read_content_sources(value)


def _level(value: object, _so_far: SoFar) -> AssuranceLevel:
    known = AssuranceLevel.__members__
    if not isinstance(value, str) or value not in known:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(known)}")
    return known[value]


def _tenancy(value: object, _so_far: SoFar) -> str:
    if value not in TENANCIES:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(TENANCIES)}")
    return str(value)


def _single_roles(value: object, _so_far: SoFar) -> Mapping[str, tuple[str, ...]]:
    found = {str(source): names(roles) for source, roles in mapping(value).items()}
    for source, roles in found.items():
        for role in roles:
            if not ROLE.fullmatch(role):
                said = f'{source}: "{role}" is not a role name'
                raise SettingsError("otpguard.E002", said)
    return found


def _preset(value: object, _so_far: SoFar) -> Preset:
    try:
        return Preset(str(value))
    except ValueError:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(Preset)}") from None


def _checkpoints(value: object, so_far: SoFar) -> Mapping[str, Checkpoint]:
    result = known_checkpoints()
    for slug, options in mapping(value).items():
        unknown = set(mapping(options)) - CHECKPOINT_OPTIONS
        if unknown:
            hint = nearest(min(unknown), list(CHECKPOINT_OPTIONS))
            raise SettingsError("otpguard.E001", f'{slug}: unknown "{min(unknown)}", {hint}')
        if slug in known_checkpoints():
            raise SettingsError("otpguard.E003", f'"{slug}" is built in; use POLICY_DEFAULTS')
        try:
            result[slug] = _hosts_own(slug, options, so_far)
        except CheckpointNameError as error:
            raise SettingsError("otpguard.E003", str(error)) from None
    return result


def _wishes(value: object, so_far: SoFar) -> dict[str, Any]:
    kinds = so_far.get("factor_kinds", SHIPPED_CONFIGS)
    try:
        return parse_wishes(mapping(value), kinds=kinds)
    except UnknownKindError as error:
        raise SettingsError("otpguard.E026", str(error)) from None
    except WishError as error:
        raise SettingsError("otpguard.E004", str(error)) from None


def _policies(value: object, so_far: SoFar) -> Mapping[str, Mapping[str, Any]]:
    return {_known(slug, so_far): _wishes(raw, so_far) for slug, raw in mapping(value).items()}


def _report_only(value: object, so_far: SoFar) -> Mapping[str, date]:
    result = {}
    for slug, day in mapping(value).items():
        try:
            result[_known(slug, so_far)] = (
                day if isinstance(day, date) else date.fromisoformat(str(day))
            )
        except ValueError as error:
            if isinstance(error, SettingsError):
                raise
            raise SettingsError("otpguard.E002", f"{slug}: must be a day, YYYY-MM-DD") from None
    return result


def _worker(value: object, _so_far: SoFar) -> Worker:
    try:
        return Worker(str(value))
    except ValueError:
        raise SettingsError("otpguard.E002", f"must be one of: {', '.join(Worker)}") from None


def _reminder_days(value: object, _so_far: SoFar) -> int:
    days: int = of_type(value, int)
    if not 0 <= days <= LONGEST.days:
        raise SettingsError("otpguard.E002", f"must be 0 to {LONGEST.days} days")
    return days


def _url_checkpoints(value: object, so_far: SoFar) -> Mapping[str, UrlCheckpoint]:
    return read_url_checkpoints(value, known=lambda slug: _known(slug, so_far))


def _releases(value: object, so_far: SoFar) -> ReleaseConfig:
    return read_releases(value, checkpoints=so_far.get("checkpoints", BUILT_IN))


def _exempt(value: object, _so_far: SoFar) -> tuple[str, ...]:
    return read_exempt(value)


def _providers(value: object, _so_far: SoFar) -> Mapping[str, ProviderConfig]:
    return read_providers(value)


def _routes(value: object, _so_far: SoFar) -> tuple[RouteConfig, ...]:
    return read_routes(value)


def _purge_after(value: object, _so_far: SoFar) -> int:
    days: int = of_type(value, int)
    if not SHORTEST_PURGE_DAYS <= days <= LONGEST_PURGE_DAYS:
        wanted = f"must be from {SHORTEST_PURGE_DAYS} to {LONGEST_PURGE_DAYS} days"
        raise SettingsError("otpguard.E002", wanted)
    return days


def _test_numbers(value: object, _so_far: SoFar) -> Mapping[str, Code]:
    return read_test_numbers(value)


def _prices(value: object, _so_far: SoFar) -> tuple[Rate, ...]:
    try:
        return parse_price_list(value)
    except PriceError as error:
        raise SettingsError("otpguard.E031", str(error)) from None


def _login_backends(value: object, _so_far: SoFar) -> Mapping[str, Primary]:
    try:
        given = {path: LOGINS[str(primary)] for path, primary in mapping(value).items()}
    except KeyError:
        raise SettingsError("otpguard.E002", f"values: {', '.join(LOGINS)}") from None
    return {**SHIPPED_BACKENDS, **given}


def _login_risk(value: object, _so_far: SoFar) -> LoginRiskConfig:
    return read_login_risk(value)


def _consent(value: object, _so_far: SoFar) -> ConsentText | None:
    return read_consent(value)


def _installation(value: object, _so_far: SoFar) -> str:
    return read_installation(value)


def _publish(value: object, _so_far: SoFar) -> PublishConfig:
    return read_publish(value)


def _backend(value: object, _so_far: SoFar) -> BackendConfig:
    return read_backend(value)


def _signup(value: object, _so_far: SoFar) -> SignupConfig:
    return read_signup(value)


READERS: dict[str, Callable[[object, SoFar], Any]] = {
    **PUMPING_READERS,
    **SIEM_READERS,
    "api_keys": read_api_keys,
    "token_issuers": read_token_issuers,
    "client_return_urls": read_client_urls,
    "assurance_profile": _profile,
    "factor_kinds": _factor_kinds,
    "logo": _logo,
    "csp_sources": _csp_sources,
    "tenancy": _tenancy,
    "single_roles": _single_roles,
    "preset": _preset,
    "checkpoints": _checkpoints,
    "policy_defaults": _policies,
    "policy_floor": _policies,
    "exception_reminder_days": _reminder_days,
    "releases": _releases,
    "signup": _signup,
    "report_only": _report_only,
    "user_wide_ceiling": _level,
    "url_checkpoints": _url_checkpoints,
    "enrollment_exempt": _exempt,
    "worker": _worker,
    "providers": _providers,
    "phone_consent": _consent,
    "prices": _prices,
    "purge_after_days": _purge_after,
    "test_numbers": _test_numbers,
    "routes": _routes,
    "limiter": _backend,
    "installation": _installation,
    "audit_signer": _backend,
    "audit_publish": _publish,
    "login_backends": _login_backends,
    "login_risk": _login_risk,
}
"""By the field. Each gets what stands there and the fields read before; raises SettingsError."""

TABLES = frozenset(
    {
        "checkpoints",
        "csp_sources",
        "factor_kinds",
        "login_backends",
        "policy_defaults",
        "policy_floor",
        "providers",
        "report_only",
        "test_numbers",
        "token_issuers",
        "url_checkpoints",
        "velocity",
    }
)
"""The fields whose entries have names and do not depend on one another, so that each is told of
its own mistake."""
