"""What the table names is there: files, folders, settings, commands, names inside the files."""

from __future__ import annotations

import re
from dataclasses import fields

from django.core.management import get_commands

from otpguard.conf import Settings
from tests.house.source import ROOT
from tests.jobs.page import JOBS, PAGE

SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
SETTING = re.compile(r'OTPGUARD\["(\w+)"\]')


def missing(answer: str) -> list[str]:
    """What an answer names and the repository does not have."""
    spans = SPAN.findall(answer)
    paths = [span for span in spans if "/" in span or span.endswith((".py", ".md"))]
    gone = [path for path in paths if not (ROOT / path).exists()]
    named = {name for span in spans for name in SETTING.findall(span)}
    gone += sorted(named - {field.name.upper() for field in fields(Settings)})
    texts = "".join(
        (ROOT / path).read_text("utf-8")
        for path in paths
        if path.endswith(".py") and path not in gone
    )
    folders = [ROOT / path for path in paths if (ROOT / path).is_dir()]
    texts += "".join(
        file.read_text("utf-8") for folder in folders for file in sorted(folder.glob("*.py"))
    )
    for span in spans:
        command = span.removeprefix("manage.py ")
        if command != span:
            gone += [span] if command not in get_commands() else []
        elif span.isidentifier() and not re.search(rf"\b{span}\b", texts):
            gone.append(span)
    gone += [link for link in LINK.findall(answer) if not (PAGE.parent / link).exists()]
    return gone


def test_the_table_has_the_jobs() -> None:
    assert len(JOBS) > 20
    assert {"add a provider", "add a checkpoint", "add an event"} <= set(JOBS)


def test_what_the_answers_name_is_there() -> None:
    for job, answer in JOBS.items():
        assert SPAN.search(answer), job
        assert missing(answer) == [], job


def test_a_name_that_is_not_there_is_seen() -> None:
    wrong = (
        '`otpguard/core/nowhere.py`, `OTPGUARD["NOTHING"]`, `manage.py otpguard_nothing`,'
        " one `Nothing` in `otpguard/core/codes.py`; see [Nothing](nothing.md#a)"
    )
    assert missing(wrong) == [
        "otpguard/core/nowhere.py",
        "NOTHING",
        "manage.py otpguard_nothing",
        "Nothing",
        "nothing.md",
    ]


def test_every_page_links_to_what_is_there() -> None:
    broken = [
        f"{page.name}: {link}"
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []
