"""The Common Event Format: a header with bars, then pairs of key and value."""

from __future__ import annotations

from otpguard.core.siem.sent_event import SentEvent

_SEVERITIES = {1: 2, 2: 4, 3: 5, 4: 7, 5: 9, 6: 10}
"""Of OCSF's severities, those of CEF, 0 to 10."""

_KEYS = {
    "actor": "suser",
    "subject": "duser",
    "client_ip": "src",
}
_LABELED = {"checkpoint": "cs1", "story": "cs2"}


def cef_line(event: SentEvent, *, version: str) -> str:
    """One event, without a line break. `version` is that of otpguard."""
    severity = _SEVERITIES.get(event.severity, 2)
    fields = ("otpguard", "otpguard", version, event.kind, event.label)
    header = "|".join(map(_header, fields))
    return f"CEF:0|{header}|{severity}|{' '.join(_extension(event))}"


def _extension(event: SentEvent) -> list[str]:
    pairs = {"rt": str(event.milliseconds), "externalId": event.id}
    pairs |= {key: event.facts.get(name, "") for name, key in _KEYS.items()}
    if event.tenant:
        pairs |= {"cs3": event.tenant, "cs3Label": "tenant"}
    for name, key in _LABELED.items():
        if event.facts.get(name):
            pairs |= {key: event.facts[name], f"{key}Label": name}
    return [f"{key}={_value(value)}" for key, value in pairs.items() if value]


def _header(text: str) -> str:
    flat = text.replace("\r", " ").replace("\n", " ")
    return flat.replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("=", "\\=")
    return escaped.replace("\r", "\\r").replace("\n", "\\n").strip(" ")
