"""Directives for the pages of the reference, which are written from the code at each build.

What the code does not describe fails the build, so that nothing is listed without a word.
"""

from __future__ import annotations

from collections.abc import Callable

import django
from django.conf import settings
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django_otp",
            "otpguard",
        ],
        USE_TZ=True,
    )
    django.setup()

from otpguard_docs import (
    api,
    checks,
    commands,
    events,
    problems,
    settings_page,
)

PAGES: dict[str, Callable[[], list[str]]] = {
    "otpguard-settings": settings_page.lines,
    "otpguard-checks": checks.lines,
    "otpguard-events": events.lines,
    "otpguard-commands": commands.lines,
    "otpguard-problems": problems.lines,
    "otpguard-api": api.lines,
}


def directive(lines: Callable[[], list[str]]) -> type[SphinxDirective]:
    """A directive that puts these lines of Markdown in its place."""

    class Reference(SphinxDirective):
        def run(self) -> list[nodes.Node]:
            box = nodes.section()
            box.document = self.state.document
            self.state.nested_parse(StringList(lines(), "generated"), 0, box, match_titles=True)
            return box.children

    return Reference


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx asks for this."""
    for name, lines in PAGES.items():
        app.add_directive(name, directive(lines))
    return {"parallel_read_safe": True}
