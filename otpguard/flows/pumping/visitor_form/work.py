"""Proof of work by ALTCHA: make a puzzle for one form in one browser, and verify its solution.

Everything happens here; no third party is asked. A solution verifies again and again, so its
nonce is spent by the send. `data` is signed but not compared by the library: we do that.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import altcha

from otpguard import vault
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.pumping.visitor_form.work import HARDEST, WORK_LEVELS, WORK_LIFE
from otpguard.core.secrets import keyed_digest, same
from otpguard.flows.pumping.visitor_form.spend import Spend

ALGORITHM = "PBKDF2/SHA-256"
LONGEST_WORK = 4_096
"""Characters of a solution; ours have about 800."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedWork:
    """A solved puzzle of that level, not yet spent."""

    level: int
    spend: Spend


def make_work(place: FormPlace, level: int, *, now: datetime) -> dict[str, Any]:
    """A puzzle for this form and browser, as JSON values for its page. Takes 2 to 3 milliseconds.

    A level above the hardest is the hardest.
    """
    level = min(max(1, level), HARDEST)
    hardness = WORK_LEVELS[level]
    key_id = vault.key_ids()[0]
    made: dict[str, Any] = altcha.create_challenge(
        ALGORITHM,
        hardness.cost,
        counter=hardness.least + secrets.randbelow(hardness.most - hardness.least + 1),
        expires_at=now + WORK_LIFE,
        data={"bound": _bound(place, key_id), "level": level, "key": key_id},
        hmac_secret=vault.key_for(vault.WORK, key_id),
        hmac_key_secret=vault.key_for(vault.WORK_KEY, key_id),
    ).to_dict()
    return {**made, "most": hardness.most}


def verify_work(raw: str, place: FormPlace, *, now: datetime) -> SolvedWork | None:
    """What a solution is worth at this form and in this browser.

    None for none, one that is wrong, expired, changed, or of another form or browser. Does not look
    whether it was spent: the transaction of the send does.
    """
    if not raw or len(raw) > LONGEST_WORK or not raw.isascii():
        return None
    try:
        challenge = json.loads(b64decode(raw, validate=True))["challenge"]
        said = challenge["parameters"]
        data, nonce, expires = said["data"], said["nonce"], said["expiresAt"]
        key_id, bound, level = data["key"], data["bound"], data["level"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(isinstance(each, str) for each in (nonce, key_id, bound)):
        return None
    if key_id not in vault.key_ids() or not _is_genuine(raw, key_id):
        return None
    # Only now is known that all of it was written here.
    expires_at = datetime.fromtimestamp(expires, UTC)
    if not same(bound, _bound(place, key_id)) or now >= expires_at:
        return None
    # The signature could be spelled in more than one way; what it covers cannot.
    return SolvedWork(level=level, spend=Spend.of("work", nonce, expires_at=expires_at))


def _is_genuine(raw: str, key_id: str) -> bool:
    try:
        result = altcha.verify_solution(
            raw,
            vault.key_for(vault.WORK, key_id),
            hmac_key_secret=vault.key_for(vault.WORK_KEY, key_id),
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return False
    return bool(result.verified)


def _bound(place: FormPlace, key_id: str) -> str:
    named = [place.source, place.tenant, place.origin, place.browser]
    raw = json.dumps(named).encode()
    return keyed_digest(vault.key_for(vault.WORK, key_id), b"bound " + raw)
