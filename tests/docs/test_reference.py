"""The generated pages of the reference: everything is on them, and nothing without a word."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import BaseCommand, CommandParser, get_commands
from otpguard_docs import api, checks, commands, events, problems, settings_page

from otpguard.checks.codes import CODES
from otpguard.conf.schema import Settings
from otpguard.core.decision import Reason
from otpguard.core.events.base import CATALOG, Event, Ocsf
from otpguard.core.presets import Preset


def headings(lines: list[str]) -> list[str]:
    return [line.lstrip("# ") for line in lines if line.startswith("#")]


def test_every_setting_has_a_heading_a_default_and_a_description() -> None:
    lines = settings_page.lines()
    assert headings(lines) == [each.name.upper() for each in fields(Settings)]
    assert sum(line.startswith("*Default:* ") for line in lines) == len(fields(Settings))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (timedelta(minutes=10), "`600` (seconds)"),
        (Preset.BASELINE, '`"baseline"`'),
        ((), "`[]`"),
        (("a", "b"), '`["a", "b"]`'),
        (frozenset({"b", "a"}), '`["a", "b"]`'),
        (True, "`True`"),
        (65_536, "`65_536`"),
        (None, "`None`"),
        ({}, "`{}`"),
        ({"is_superuser": ("admin",)}, '`{"is_superuser": ["admin"]}`'),
        ({"a": object()}, ""),
    ],
)
def test_a_default_is_shown_as_one_would_write_it(value: object, shown: str) -> None:
    assert settings_page.words_for(value) == shown


def test_values_in_a_description_are_set_as_code() -> None:
    text = 'Is "multi", `x "y"` or {"a": [1, {"b": 2}]}, <tag>'
    coded = 'Is `"multi"`, `x "y"` or `{"a": [1, {"b": 2}]}`, <tag>'
    assert settings_page.with_code(text) == coded
    with pytest.raises(ValueError, match="stays open"):
        settings_page.with_code("{a")


def test_a_setting_without_a_description_fails_the_build() -> None:
    source = 'class Settings:\n    one: int\n    """One."""\n    two: int = 2\n'
    with pytest.raises(LookupError, match=r"Settings\.two has no string below it"):
        settings_page.strings_below("Settings", source)


def test_every_check_is_in_the_table_of_its_kind() -> None:
    lines = checks.lines()
    assert sorted(line.split("`")[1] for line in lines if line.startswith("| `")) == sorted(CODES)
    errors = lines[: lines.index("## Warnings")]
    assert all("otpguard.E" in line for line in errors if line.startswith("| `"))


def test_every_event_is_listed_with_its_fields() -> None:
    lines = events.lines()
    assert set(headings(lines)) >= {kind.code for kind in CATALOG}
    about = lines[lines.index("### hold.started") :]
    assert about[4] == (
        "Fields: `until`, `reason`. Since 0.1.0. OCSF: Entity Management, Create (300401)."
    )


def test_an_event_without_a_word_fails_the_build() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Mute(Event):
        code, label, ocsf = "a.b", "Mute", Ocsf(1, 1)

    Mute.__doc__ = None
    with pytest.raises(LookupError, match=r"a\.b has no docstring"):
        events.entry(Mute)


def test_a_field_that_came_later_says_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = CATALOG.get("hold.started")
    known = {"since": "0.0.9", "fields": {"until": "0.0.9", "reason": "0.1.0"}}
    monkeypatch.setattr(events, "record", lambda: {kind.code: known})
    fields_line = events.entry(kind)[4]
    assert fields_line.startswith("Fields: `until`, `reason` (since 0.1.0). Since 0.0.9.")
    monkeypatch.setattr(events, "record", dict)
    with pytest.raises(LookupError, match="not in the record"):
        events.entry(kind)


def test_every_command_is_listed_with_its_own_arguments_alone() -> None:
    lines = commands.lines()
    ours = [name for name, app in get_commands().items() if app == "otpguard"]
    assert headings(lines) == sorted(ours)
    text = "\n".join(lines)
    assert "| `--dry-run` |" in text
    assert "--settings" not in text


class Silent(BaseCommand):
    """A command with an argument that says nothing."""

    help = "Does something"

    def add_arguments(self, parser: CommandParser) -> None:
        """One of two has help."""
        parser.add_argument("--told", help="a|b")
        parser.add_argument("name")

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Nothing."""


def test_an_argument_without_help_fails_the_build() -> None:
    with pytest.raises(LookupError, match="silent: name has no help"):
        commands.entry("silent", Silent())


def test_every_reason_is_told_in_the_words_that_people_read() -> None:
    lines = problems.lines()
    rest = lines[lines.index("## Reasons") :]
    assert [line.split("`")[1] for line in rest if line.startswith("| `")] == list(Reason)


def test_every_method_of_the_api_is_listed() -> None:
    lines = api.lines()
    rows = [line for line in lines if line.startswith("| `")]
    assert any(line.startswith("| `PUT` `api/policies/{checkpoint}/` |") for line in rows)
