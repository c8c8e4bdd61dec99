"""Throw-away mailboxes are known by a kept list and by a file of the site's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import disposable_email_domains
import pytest

import otpguard
from otpguard.intel.disposable import DomainsFileError, is_disposable_email, read_domains

LISTED = "mailinator.com"


def test_a_listed_domain_and_what_is_below_it_are_thrown_away() -> None:
    assert LISTED in disposable_email_domains.blocklist
    assert is_disposable_email(f"a@{LISTED}")
    assert is_disposable_email(f"a@MX.{LISTED.upper()}.")
    assert otpguard.is_disposable_email is is_disposable_email


@pytest.mark.parametrize("email", ["a@example.com", f"a@{LISTED}.example", LISTED, "", "a@com"])
def test_everything_else_may_stay(email: str) -> None:
    assert not is_disposable_email(email)


def test_a_file_adds_domains_and_takes_some_off_and_is_read_again(
    settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "domains.txt"
    path.write_text(f"# ours\nTrash.example\n\n!{LISTED}  # a partner\n")
    settings.OTPGUARD = {"HYGIENE": {"DOMAINS_FILE": str(path)}}
    assert is_disposable_email("a@sub.trash.example")
    assert not is_disposable_email(f"a@{LISTED}")
    path.write_text("other.example\n")
    assert not is_disposable_email("a@trash.example")
    assert is_disposable_email("a@other.example")


def test_a_wrong_file_is_told_by_its_lines_and_leaves_the_kept_list(
    settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "domains.txt"
    path.write_text("good.example\nno domain\nhttp://x.example/\n*.x.example\nplain\n")
    with pytest.raises(DomainsFileError, match="line 2, 3, 4, 5"):
        read_domains(str(path))
    settings.OTPGUARD = {"HYGIENE": {"DOMAINS_FILE": str(path)}}
    assert is_disposable_email(f"a@{LISTED}")
    assert not is_disposable_email("a@good.example")


@pytest.mark.parametrize("raw", [None, b"\xff\xfe\x00"])
def test_a_missing_file_and_one_that_is_no_text_are_told(tmp_path: Path, raw: bytes | None) -> None:
    path = tmp_path / "domains.txt"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(DomainsFileError, match="cannot be read"):
        read_domains(str(path))
