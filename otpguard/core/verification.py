"""What a service may ask for when it has a number proven, read as strictly as a policy.

Every wish can only tighten: a channel that the policy does not allow stays out, and the profile
"strict" counts by the narrower caps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from otpguard.core.phone import InvalidPhoneError, PhoneNumber, is_country, parse_phone
from otpguard.core.send_options import SendOptions, send_options
from otpguard.core.wishes import WishError

SCOPE = "verifications"
"""The word in a key's scope that lets it ask for verifications."""

LONGEST_REFERENCE = 200
_ACTION = re.compile(r"[a-z][a-z0-9_.]{0,79}")
_CONTEXT = ("client_ip", "user_agent")


class VelocityProfile(StrEnum):
    """By which caps a verification counts."""

    STANDARD = "standard"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A verification that somebody asks for. `user` is what the service calls its user, which is
    kept encrypted; `client_ip` and `agent` are those of the person, empty if unsaid. `account` and
    `template` are those of WhatsApp that the caller reckons with, empty for any. `tenant` is the
    one that the caller means, empty if unsaid."""

    number: PhoneNumber
    options: SendOptions
    profile: VelocityProfile = VelocityProfile.STANDARD
    action: str = ""
    account: str = ""
    template: str = ""
    tenant: str = ""
    user: str = ""
    client_ip: str = ""
    agent: str = ""

    @property
    def target(self) -> str:
        """What the log says that it is about, encrypted."""
        return " · ".join(part for part in (self.action, self.user) if part)


_FIELDS = frozenset(
    {
        "to",
        "preferred_methods",
        "fallback_timeout",
        "velocity_profile",
        "action",
        "whatsapp_business_account",
        "whatsapp_template_name",
        "region",
        "audit_metadata",
    }
)


def read_wanted(raw: Mapping[str, Any], *, default_region: str) -> Wanted:
    """A verification from JSON values. Raises WishError at the first field that is wrong."""
    _only(raw, _FIELDS, "")
    metadata = _mapping(raw, "audit_metadata")
    _only(metadata, {"tenant", "user", "action", "session_context"}, "audit_metadata.")
    context = _mapping(metadata, "session_context", "audit_metadata.")
    _only(context, _CONTEXT, "audit_metadata.session_context.")
    action = _text(raw, "action") or _text(metadata, "action")
    if action and not _ACTION.fullmatch(action):
        raise WishError("action", "must be lower-case letters, digits, dots and underscores")
    if _text(raw, "action") and _text(metadata, "action") not in {"", action}:
        raise WishError("audit_metadata.action", "must be the same as action")
    return Wanted(
        number=_number(raw, default_region),
        options=_options(raw),
        profile=_profile(raw),
        action=action,
        account=_text(raw, "whatsapp_business_account"),
        template=_text(raw, "whatsapp_template_name"),
        tenant=_text(metadata, "tenant"),
        user=_text(metadata, "user"),
        client_ip=_client_ip(context),
        agent=_text(context, "user_agent"),
    )


def body_of(raw: Mapping[str, Any]) -> bytes:
    """The bytes that two requests with the same wishes have alike."""
    return json.dumps(raw, sort_keys=True).encode()


def _only(raw: Mapping[str, Any], known: Any, before: str) -> None:  # noqa: ANN401 (any collection of names)
    for name in raw:
        if name not in known:
            raise WishError(f"{before}{name}"[:LONGEST_REFERENCE], "is not known here")


def _mapping(raw: Mapping[str, Any], name: str, before: str = "") -> Mapping[str, Any]:
    value = raw.get(name) or {}
    if not isinstance(value, Mapping):
        raise WishError(before + name, "must be an object")
    return value


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST_REFERENCE or not value.isprintable():
        raise WishError(name, f"must be a text of at most {LONGEST_REFERENCE} characters")
    return value


def _number(raw: Mapping[str, Any], default_region: str) -> PhoneNumber:
    region = _text(raw, "region").upper()
    if region and not is_country(region):
        raise WishError("region", "must be a country: two letters (ISO 3166)")
    try:
        return parse_phone(_text(raw, "to"), region=region or default_region)
    except InvalidPhoneError as error:
        raise WishError("to", str(error)) from None


def _options(raw: Mapping[str, Any]) -> SendOptions:
    methods, timeout = raw.get("preferred_methods"), raw.get("fallback_timeout")
    if isinstance(methods, list):
        # The samples of vendors write SMS, and so do their users.
        methods = [each.lower() if isinstance(each, str) else each for each in methods]
    return send_options(preferred_methods=methods, fallback_timeout=timeout)


def _profile(raw: Mapping[str, Any]) -> VelocityProfile:
    try:
        return VelocityProfile(raw.get("velocity_profile", VelocityProfile.STANDARD))
    except ValueError:
        raise WishError("velocity_profile", 'must be "standard" or "strict"') from None


def _client_ip(context: Mapping[str, Any]) -> str:
    given = _text(context, "client_ip")
    if not given:
        return ""
    try:
        return str(ip_address(given))
    except ValueError:
        raise WishError("audit_metadata.session_context.client_ip", "is no IP address") from None
