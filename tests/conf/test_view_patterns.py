"""Patterns of view names in the settings: read as they are meant, or refused with a hint."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf.values import SettingsError
from otpguard.conf.view_patterns import UrlCheckpoint, read_exempt, read_url_checkpoints


def known(slug: str) -> str:
    if slug != "api_key":
        raise SettingsError("otpguard.E003", f'unknown checkpoint "{slug}"')
    return slug


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("api_key", UrlCheckpoint(checkpoint="api_key")),
        ({"CHECKPOINT": "api_key"}, UrlCheckpoint(checkpoint="api_key")),
        (
            {"CHECKPOINT": "api_key", "READS_SAFELY": False},
            UrlCheckpoint(checkpoint="api_key", reads_safely=False),
        ),
    ],
)
def test_a_pattern_names_a_checkpoint_and_may_say_more(given: Any, read: UrlCheckpoint) -> None:
    assert read_url_checkpoints({"admin:*": given}, known=known) == {"admin:*": read}


@pytest.mark.parametrize(
    ("pattern", "given", "number", "says"),
    [
        ("home", "apikey", "E003", "unknown checkpoint"),
        ("home", "*", "E003", "not a checkpoint"),
        ("home", None, "E003", "unknown checkpoint"),
        ("home", {}, "E003", "unknown checkpoint"),
        ("ho*me", "api_key", "E002", "at the end only"),
        ("", "api_key", "E002", "at the end only"),
        ("home", {"CHECKPOINT": "api_key", "READ_SAFELY": True}, "E001", 'mean "READS_SAFELY"'),
        ("home", {"CHECKPOINT": "api_key", "READS_SAFELY": "no"}, "E002", "type bool"),
    ],
)
def test_a_mistake_is_numbered_and_explained(
    pattern: str, given: Any, number: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as wrong:
        read_url_checkpoints({pattern: given}, known=known)
    assert wrong.value.problem.check == f"otpguard.{number}"


def test_an_exemption_never_opens_everything() -> None:
    assert read_exempt(["help:*", "terms"]) == ("help:*", "terms")
    with pytest.raises(SettingsError, match="would open everything"):
        read_exempt(["*"])
    with pytest.raises(SettingsError, match="at the end only"):
        read_exempt(["*:help"])
