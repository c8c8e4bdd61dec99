"""The command prints the page that stands in the docs."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from tests.house.source import ROOT


def test_it_prints_what_the_docs_hold() -> None:
    printed = StringIO()
    call_command("otpguard_vendor_answers", stdout=printed)
    assert printed.getvalue() == (ROOT / "docs" / "vendors.md").read_text("utf-8")
