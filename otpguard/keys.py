"""The porch for API keys: their guard, their ledger, and keys with secrets that otpguard makes.

A host with keys of its own calls `require_for_key` before and `record_key` with the change. A host
that has none calls `create`, `rotate`, `change_scope` and `delete`, which do both, and lets
`otpguard.api.key_authentication.KeyAuthentication` find who calls its API.
"""

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.http.host.keys import (
    change_scope,
    create,
    delete,
    record_key,
    record_use,
    require_for_key,
    rotate,
)

__all__ = [
    "KeyAction",
    "KeyFacts",
    "change_scope",
    "create",
    "delete",
    "record_key",
    "record_use",
    "require_for_key",
    "rotate",
]
