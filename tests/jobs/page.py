"""The table "Where would I …" of the architecture page."""

from __future__ import annotations

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "architecture.md"


def jobs(page: str) -> dict[str, str]:
    """The table of "Where would I …": each job with its answer."""
    section = page.partition("\n## Where would I")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ", 1) for line in section.splitlines() if line[:2] == "| "]
    return dict(rows[1:])


JOBS = jobs(PAGE.read_text("utf-8"))
