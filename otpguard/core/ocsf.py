"""Events as the Open Cybersecurity Schema Framework 1.8.0 writes them, for a SIEM.

The class and the activity stand with each kind of event. Here is what its class needs besides, so
that every event of the log is one that the published schema accepts: a user where there is none,
a service, an entity, an endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    API_ACTIVITY,
    AUTHENTICATION,
    AUTHORIZE_SESSION,
    ENTITY_MANAGEMENT,
    OTHER_ACTIVITY,
    Ocsf,
    OcsfStatus,
)
from otpguard.core.host_event import known_event

VERSION: Final = "1.8.0"
PRODUCT: Final = "otpguard"
PART: Final = "part: the absence of other events is not shown"
"""Stands with every event of a selection."""

LARGEST_SEQUENCE = 2**31 - 1
_LOGON = 1
_STEP_UP = 99
_FACTOR_TYPES: Mapping[str, int] = MappingProxyType(
    {"sms": 1, "voice": 3, "hardware_totp": 6, "totp": 7, "email": 8, "passkey": 10}
)
_OTHER_FACTOR = 99
_STATUS: Mapping[OcsfStatus, int] = {OcsfStatus.SUCCESS: 1, OcsfStatus.FAILURE: 2}
_TRACES = ("request", "session", "source", "device", "intent")
"""Fields of a body by which events are joined with the site's own logs and with each other."""

_CRUD: Mapping[int, str] = {1: "Create", 2: "Read", 3: "Update", 4: "Delete"}

CLASSES: Mapping[int, str] = MappingProxyType(
    {
        ACCOUNT_CHANGE: "Account Change",
        AUTHENTICATION: "Authentication",
        AUTHORIZE_SESSION: "Authorize Session",
        ENTITY_MANAGEMENT: "Entity Management",
        API_ACTIVITY: "API Activity",
    }
)
"""The classes that are written, with the names the schema gives them."""

ACTIVITIES: Mapping[int, Mapping[int, str]] = MappingProxyType(
    {
        ACCOUNT_CHANGE: {
            1: "Create",
            6: "Delete",
            9: "Lock",
            10: "MFA Factor Enable",
            11: "MFA Factor Disable",
        },
        AUTHENTICATION: {_LOGON: "Logon", 2: "Logoff", 6: "Preauth"},
        AUTHORIZE_SESSION: {1: "Assign Privileges"},
        ENTITY_MANAGEMENT: _CRUD,
        API_ACTIVITY: _CRUD,
    }
)
"""The activities of each class that have a name in the schema; every other one is 99."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OcsfContext:
    """What the bytes of an event do not say: `personal` has its client IP, device and target in
    clear text, `index` is its place in the signed log, `part` says that it belongs to a selection.
    """

    release: str
    personal: Mapping[str, str] = field(default_factory=dict)
    index: int | None = None
    part: bool = False


def ocsf_of(body: Mapping[str, Any], context: OcsfContext) -> dict[str, Any]:
    """One event as plain JSON of the schema. `body` is the event's canonical JSON, read.

    A kind that is not known here, or a host's of another class, becomes API Activity: Other; the
    class that the host asked for stands in `unmapped`. Raises KeyError, ValueError and TypeError
    for a body that is none of ours.
    """
    kind = known_event(body["kind"])
    declared = kind.ocsf if kind is not None else Ocsf(API_ACTIVITY, OTHER_ACTIVITY)
    label = str(kind.label if kind is not None else body["kind"])
    mapped = _writable(declared)
    named = ACTIVITIES[mapped.class_uid].get(mapped.activity)
    found: dict[str, Any] = {
        "metadata": _metadata(body, context),
        "category_uid": mapped.class_uid // 1_000,
        "class_uid": mapped.class_uid,
        "class_name": CLASSES[mapped.class_uid],
        "activity_id": mapped.activity,
        "activity_name": named or label,
        "type_uid": mapped.type_uid,
        "severity_id": mapped.severity,
        "time": _milliseconds(body["at"]),
        "message": label,
        "src_endpoint": _endpoint(context.personal),
        "unmapped": _unmapped(body, context, declared, mapped),
        **_actor(body),
        **_status(mapped, body["data"]),
        **_SHAPES[mapped.class_uid](body, mapped),
    }
    count = body["data"].get("count")
    if isinstance(count, int) and count > 0:
        found["count"] = count
    return found


def ocsf_line(body: Mapping[str, Any], context: OcsfContext) -> bytes:
    """One event as a line of OCSF JSON Lines, with its newline. Raises as `ocsf_of` does."""
    text = json.dumps(ocsf_of(body, context), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, which an old body may hold, has no UTF-8.
    return text.encode(errors="replace") + b"\n"


def _writable(declared: Ocsf) -> Ocsf:
    if declared.class_uid not in CLASSES:
        return Ocsf(API_ACTIVITY, OTHER_ACTIVITY, declared.outcome, declared.severity)
    if declared.activity in ACTIVITIES[declared.class_uid]:
        return declared
    return Ocsf(declared.class_uid, OTHER_ACTIVITY, declared.outcome, declared.severity)


def _metadata(body: Mapping[str, Any], context: OcsfContext) -> dict[str, Any]:
    found: dict[str, Any] = {
        "version": VERSION,
        "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": context.release},
        "uid": body["id"],
        "event_code": body["kind"],
        "log_name": "audit",
    }
    ids = {"tenant_uid": body["tenant"], "correlation_uid": body["story"]}
    found |= {name: value for name, value in ids.items() if value}
    if context.index is not None and context.index <= LARGEST_SEQUENCE:
        found["sequence"] = context.index
    if context.part:
        found["labels"] = [PART]
    return found


def _milliseconds(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1_000)


def _endpoint(personal: Mapping[str, str]) -> dict[str, Any]:
    """Where it came from. A job has no address; what cannot be read as one is a name."""
    given = personal.get("client_ip", "")
    if not given:
        return {"svc_name": PRODUCT}
    try:
        return {"ip": str(ip_address(given)), **_network(personal)}
    except ValueError:
        return {"name": given}


def _network(personal: Mapping[str, str]) -> dict[str, Any]:
    """What was known of the network of the IP address when the event was written."""
    found: dict[str, Any] = {}
    if asn := personal.get("asn"):
        found["autonomous_system"] = {"number": int(asn)}
    if country := personal.get("country"):
        found["location"] = {"country": country}
    return found


def _unmapped(
    body: Mapping[str, Any], context: OcsfContext, declared: Ocsf, mapped: Ocsf
) -> dict[str, Any]:
    found: dict[str, Any] = {"data": body["data"], "installation": body["installation"]}
    personal = {name: context.personal.get(name) for name in ("agent", "fingerprint", "target")}
    # Events of a body before these fields have none.
    more = {name: body.get(name) for name in ("checkpoint", *_TRACES)} | personal
    found |= {name: value for name, value in more.items() if value}
    if declared.type_uid != mapped.type_uid:
        found["declared_type_uid"] = declared.type_uid
    return found


def _actor(body: Mapping[str, Any]) -> dict[str, Any]:
    who = body["actor"]
    return {"actor": {"user": {"uid": who}} if who else {"app_name": PRODUCT}}


def _status(mapped: Ocsf, data: Mapping[str, Any]) -> dict[str, Any]:
    if mapped.outcome is OcsfStatus.NEUTRAL:
        return {}
    found: dict[str, Any] = {"status_id": _STATUS[mapped.outcome], "status": mapped.outcome.value}
    reason = data.get("reason")
    if isinstance(reason, str) and reason:
        found["status_detail"] = reason
    return found


def _user(body: Mapping[str, Any]) -> dict[str, Any]:
    """Whom it is about; a visitor has no id."""
    uid = body["subject"] or body["actor"]
    return {"uid": uid} if uid else {"name": "unknown", "type_id": 0}


def _factors(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    slug = next(
        (data[name] for name in ("method", "channel", "kind") if isinstance(data.get(name), str)),
        "",
    )
    if not slug:
        return []
    found: dict[str, Any] = {"factor_type_id": _FACTOR_TYPES.get(slug, _OTHER_FACTOR)}
    found["factor_type"] = slug
    if isinstance(data.get("provider"), str) and data["provider"]:
        found["provider"] = data["provider"]
    return [found]


def _account_change(body: Mapping[str, Any], _mapped: Ocsf) -> dict[str, Any]:
    factors = _factors(body["data"])
    return {"user": _user(body), **({"auth_factors": factors} if factors else {})}


def _authentication(body: Mapping[str, Any], mapped: Ocsf) -> dict[str, Any]:
    slug = body["checkpoint"]
    service = {"name": slug, "uid": f"checkpoint/{slug}"} if slug else {"name": PRODUCT}
    found: dict[str, Any] = {"user": _user(body), "service": service, "is_remote": True}
    if factors := _factors(body["data"]):
        found["auth_factors"] = factors
    if mapped.activity == _LOGON:
        found["is_new_logon"] = mapped.new_logon
        found["is_mfa"] = not mapped.new_logon
        if not mapped.new_logon:
            found |= {"logon_type_id": _STEP_UP, "logon_type": "Step-up"}
    return found


def _authorize_session(body: Mapping[str, Any], _mapped: Ocsf) -> dict[str, Any]:
    return {"user": _user(body), "privileges": [body["checkpoint"] or body["kind"]]}


def _entity(body: Mapping[str, Any], _mapped: Ocsf) -> dict[str, Any]:
    subject = body["kind"].rpartition(".")[0]
    found: dict[str, Any] = {"type": subject, "name": body["checkpoint"] or subject}
    uid = body["data"].get(subject)
    if isinstance(uid, str) and uid:
        found["uid"] = uid
    return {"entity": found}


def _api(body: Mapping[str, Any], _mapped: Ocsf) -> dict[str, Any]:
    return {"api": {"operation": body["kind"], "service": {"name": PRODUCT}}}


_SHAPES: Mapping[int, Callable[[Mapping[str, Any], Ocsf], dict[str, Any]]] = {
    ACCOUNT_CHANGE: _account_change,
    AUTHENTICATION: _authentication,
    AUTHORIZE_SESSION: _authorize_session,
    ENTITY_MANAGEMENT: _entity,
    API_ACTIVITY: _api,
}
