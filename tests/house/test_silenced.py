"""What silences a tool says why, beside it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from tests.house.source import DEMO, PACKAGE, ROOT, TESTS, modules, place

CI = ROOT / ".ci"
SILENCED = re.compile(r"#\s*noqa\b|#\s*type:\s*ignore\b|#\s*pragma:\s*no cover")
REASONED = re.compile(r"#\s*noqa: [A-Z0-9, ]+ \(.+\)|#\s*type: ignore\[[a-z, -]+\]\s+# \S.+")
"""A code in any case; a reason in parentheses after noqa, in a comment of its own after mypy's."""


def unreasoned(source: str) -> Iterator[int]:
    """The lines of comments that silence something and do not say why."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        silences = token.type == tokenize.COMMENT and SILENCED.search(token.string)
        if silences and not REASONED.search(token.string):
            yield token.start[0]


def test_every_silencing_has_its_reason_beside_it() -> None:
    found = [
        f"{place(path)}:{line}"
        for path in modules(PACKAGE, DEMO, TESTS, CI)
        for line in unreasoned(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_tests_silence_no_type_checker_because_none_reads_them() -> None:
    ignoring = re.compile(r"#\s*type:\s*ignore")
    found = [
        place(path)
        for path in modules(TESTS)
        if path.name != "test_silenced.py" and ignoring.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_law_sees_a_violation() -> None:
    for bad in ("x = 1  # noqa", "x = 1  # noqa: S101", "x = 1  # type: ignore[misc]"):
        assert list(unreasoned(bad)) == [1], bad
    for good in (
        "x = 1  # noqa: S101 (checked above)",
        "x = 1  # type: ignore[misc]  # Django's own",
        "x = '# noqa: S101'",
    ):
        assert list(unreasoned(good)) == [], good
