"""The page for the person: readable, and harmless whatever it shows."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import override

from otpguard.flows.privacy.export_page import page_of
from otpguard.flows.privacy.export_subject import SubjectExport


def export() -> SubjectExport:
    return SubjectExport(
        user="7",
        made_at=timezone.now(),
        references=("r",),
        kinds={"factors": [{"name": "<script>x</script>", "roles": ["admin"], "empty": ""}]},
        events=[{"event": "Refused", "details": {"client_ip": "203.0.113.9"}}],
    )


def test_it_has_a_section_a_kind_and_escapes_what_it_shows() -> None:
    page = page_of(export())
    assert "<h2>factors (1)</h2>" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "203.0.113.9" in page
    assert "empty" not in page


def test_it_loads_nothing() -> None:
    for word in ("http:", "https:", "src=", "href=", "url("):
        assert word not in page_of(export())


def test_it_speaks_the_language_in_force() -> None:
    with override("de"):
        page = page_of(export())
    assert '<html lang="de">' in page
    assert "Was über Sie gespeichert ist" in page
