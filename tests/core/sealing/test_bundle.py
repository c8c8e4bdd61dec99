"""What a bundle says to its reader."""

from __future__ import annotations

from otpguard.core.sealing import bundle


def test_the_page_names_the_log_its_parts_and_the_command() -> None:
    page = bundle.readme("audit.example.com/i7/site")
    named = (bundle.EVENTS, bundle.HEAD, bundle.HEADS, bundle.HEAD_PROOF, bundle.KEYS)
    assert all(name in page for name in (*named, "audit.example.com/i7/site"))
    assert "python -m otpguard.verify_export FILE.zip --key KEY --against HEAD" in page
    assert "{" not in page
