"""The file of a person is saved and never shown, and says nothing in its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from otpguard.flows.privacy.export_subject import SubjectExport
from otpguard.http.privacy.person_file import person_file

FOUND = SubjectExport(
    user="7",
    made_at=datetime(2026, 5, 10, tzinfo=UTC),
    references=("r",),
    kinds={"members": [{"role": "<b>admin</b>"}]},
    events=[{"time": "t", "event": "e\ud800"}],
)


def test_json_is_the_whole_of_it() -> None:
    answer = person_file(FOUND, "json", name="r")
    assert answer["Content-Disposition"] == 'attachment; filename="person-r.json"'
    said = json.loads(answer.content)
    assert said["rows"] == {"members": [{"role": "<b>admin</b>"}]}
    assert said["events"][0]["event"] == "e?"


def test_a_page_is_escaped_and_saved() -> None:
    answer = person_file(FOUND, "html", name="r")
    assert answer["Content-Disposition"] == 'attachment; filename="person-r.html"'
    assert answer["Content-Type"].startswith("text/html")
    assert b"<b>admin</b>" not in answer.content
    assert b"&lt;b&gt;admin" in answer.content


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="pdf"):
        person_file(FOUND, "pdf", name="r")
