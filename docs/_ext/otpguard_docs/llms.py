"""`llms.txt` beside the site (llmstxt.org): what there is to read, for machines that read it.

Written from the tables of the index at each build. A page whose text is written by a directive is
linked as built; the others as the Markdown that they are.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

_GROUP = re.compile(r"^## (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| \[([^\]]+)\]\(([\w-]+)\.md\) \| (.+?) \|$", re.MULTILINE)
_WRITTEN = re.compile(r"^```\{(?:otpguard-|include)", re.MULTILINE)


def llms_txt(docs: Path) -> str:
    """The file: a title, a summary, and a list of links for each group of the index."""
    index = (docs / "index.md").read_text(encoding="utf-8")
    head, *parts = _GROUP.split(index)
    summary = " ".join(
        re.sub(r" Start with .*", "", head.split("\n\n")[1], flags=re.DOTALL).split()
    )
    found = ["# otpguard", "", f"> {summary}", ""]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        rows = _ROW.findall(text)
        if rows:
            found += [f"## {name}", ""]
            found += [f"- [{title}]({place(docs, page)}): {what}" for title, page, what in rows]
            found.append("")
    return "\n".join(found)


def place(docs: Path, page: str) -> str:
    """Where a page is best read, from the root of the site."""
    source = (docs / f"{page}.md").read_text(encoding="utf-8")
    return f"{page}.html" if _WRITTEN.search(source) else f"_sources/{page}.md.txt"


def write(app: Sphinx, error: Exception | None) -> None:
    """Put the file beside the pages, if they were built."""
    if error is None and app.builder.format == "html":
        (Path(app.outdir) / "llms.txt").write_text(llms_txt(Path(app.srcdir)), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx asks for this."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
