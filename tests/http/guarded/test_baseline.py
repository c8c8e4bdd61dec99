"""The file of what was accepted is sorted, and read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.http.guarded.baseline import BaselineError, read_baseline, write_baseline

PLACES = {"url b/": ("api_key",), "url a/": ()}


def test_what_is_written_is_read_again_and_sorted(tmp_path: Path) -> None:
    file = tmp_path / "guards.json"
    write_baseline(file, PLACES)
    assert read_baseline(file) == PLACES
    text = file.read_text()
    assert text.index("url a/") < text.index("url b/")
    assert text.endswith("\n")


@pytest.mark.parametrize("text", ["{", "7", '{"version": 1}', '{"version": 1, "places": [1]}'])
def test_anything_else_is_no_baseline(tmp_path: Path, text: str) -> None:
    file = tmp_path / "guards.json"
    file.write_text(text)
    with pytest.raises(BaselineError):
        read_baseline(file)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BaselineError):
        read_baseline(tmp_path / "guards.json")
    with pytest.raises(BaselineError):
        write_baseline(tmp_path / "nowhere" / "guards.json", PLACES)
