"""The documentation as a site: it is built without a warning, and its menu stays short."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from otpguard_docs.github_links import PAGES
from otpguard_docs.navigation import MOST, groups

from tests.house.source import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; a warning is an error."""
    made = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", DOCS, made],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return made


def test_every_page_is_built(site: Path) -> None:
    missing = [page.stem for page in DOCS.glob("*.md") if not (site / f"{page.stem}.html").exists()]
    assert missing == []


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    asked = re.compile(r'<(?:script|img|iframe)[^>]* src="(?:https?:)?//|<link[^>]* href="http')
    assert [page.name for page in site.glob("*.html") if asked.search(page.read_text())] == []


def test_the_quick_start_is_the_readmes(site: Path) -> None:
    page = (site / "quickstart.html").read_text()
    assert "URL_CHECKPOINTS" in page
    assert 'href="sending.html#providers"' in page


def test_machines_find_every_page_in_a_form_that_they_can_read(site: Path) -> None:
    text = (site / "llms.txt").read_text()
    assert text.startswith("# otpguard\n\n> Step-up MFA for B2B SaaS on Django")
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S", text, re.MULTILINE)
    assert len(links) == sum(map(len, groups((DOCS / "index.md").read_text()).values()))
    assert [link for link in links if not (site / link).is_file()] == []
    assert {"settings.html", "_sources/cookbook.md.txt"} <= set(links)


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("settings", "kept-form-bytes"),
        ("checks", "warnings"),
        ("events", "challenge-fell-back"),
        ("commands", "otpguard-doctor"),
        ("problems", "from-guarded-views"),
    ],
)
def test_a_page_of_the_reference_has_sections_to_link_to(
    site: Path, page: str, heading: str
) -> None:
    assert f'<section id="{heading}">' in (site / f"{page}.html").read_text()


def test_every_page_is_in_one_group_of_the_menu() -> None:
    listed = [page for pages in groups((DOCS / "index.md").read_text()).values() for page in pages]
    assert sorted(listed) == sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "index")


def test_a_group_that_nobody_would_read_is_refused() -> None:
    pages = "".join(f"| [Page]({number}.md) | x |\n" for number in range(MOST + 1))
    assert groups("## All\n" + pages.partition("\n")[2]) != {}
    with pytest.raises(ValueError, match="All has 9 pages"):
        groups("## All\n" + pages)


def test_links_out_of_the_docs_lead_to_files_that_exist() -> None:
    link = re.compile(r"\]\((\.\./[^)#]+)")
    outside = {
        (page.name, target)
        for page in DOCS.glob("*.md")
        for target in link.findall(page.read_text())
    }
    assert ("settings.md", "../otpguard/conf/schema.py") in outside
    assert [(page, to) for page, to in sorted(outside) if not (DOCS / to).exists()] == []
    assert all(there.startswith("](../") for there in PAGES)
