"""The form of a person's export: a reason, and one of two formats."""

from __future__ import annotations

import pytest

from otpguard.forms.privacy.person_export import PersonExportForm


@pytest.mark.parametrize("chosen", ["html", "json"])
def test_both_formats_are_offered(chosen: str) -> None:
    form = PersonExportForm({"reason": "ticket 4711", "format": chosen})
    assert form.is_valid()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"reason": "", "format": "html"}, "reason"),
        ({"reason": "x", "format": "csv"}, "format"),
        ({"reason": "x"}, "format"),
    ],
)
def test_without_a_reason_or_a_format_it_is_refused(given: dict[str, str], wrong: str) -> None:
    assert list(PersonExportForm(given).errors) == [wrong]
