"""The form of an export refuses what no export can be."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.audit_export import ExportFormat, LogSelection
from otpguard.forms.audit.export import FORMATS, TenantLogExportForm, from_json
from tests import factories

STORY = "0197a3b2-0000-7000-8000-0000000000ab"


def test_a_selection_is_read_out_of_json() -> None:
    form = from_json({"format": "csv", "since": "2026-05-10T12:00:00Z", "story": STORY})
    assert form.is_valid()
    assert form.export is ExportFormat.CSV
    assert form.selection.story == STORY
    assert form.selection.since is not None
    assert form.selection.since.isoformat().startswith("2026-05-10T12:00:00")


def test_nothing_but_a_format_is_the_whole_log() -> None:
    form = from_json({"format": "bundle"})
    assert form.is_valid()
    assert form.selection == LogSelection()


def test_every_format_has_words() -> None:
    assert set(FORMATS) == set(ExportFormat)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "format"),
        ({"format": "pdf"}, "format"),
        ({"format": "csv", "since": "yesterday"}, "since"),
        ({"format": "csv", "since": "2026-05-11", "until": "2026-05-10"}, "until"),
        ({"format": "csv", "kind": "moon.landed"}, "kind"),
        ({"format": "csv", "story": "5"}, "story"),
        ({"format": "csv", "actor": "9" * 65}, "actor"),
        ({"format": "csv", "actor": "\0"}, "actor"),
        ({"format": "csv", "checkpoint": ["a"] * 90}, "checkpoint"),
        ({"format": "bundle", "kind": "key.created"}, "format"),
    ],
)
def test_what_no_export_can_be_is_named(given: dict[str, Any], field: str) -> None:
    form = from_json(given)
    assert not form.is_valid()
    assert list(form.errors) == [field]


@pytest.mark.django_db
def test_an_operator_chooses_the_organization() -> None:
    tenant = factories.tenant()
    form = TenantLogExportForm({"format": "csv", "tenant": tenant.slug})
    assert form.is_valid()
    assert form.cleaned_data["tenant"] == tenant
    assert not TenantLogExportForm({"format": "csv"}).is_valid()
