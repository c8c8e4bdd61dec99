"""Asking axe-core about a page in Chromium, in every way in which somebody may look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page

LOOK = """
async (rules) => {
  const options = rules
    ? {runOnly: {type: "rule", values: rules}}
    : {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};
  const {violations} = await axe.run(document, {...options, resultTypes: ["violations"]});
  const found = violations.flatMap((each) => each.nodes.map(
    (node) => `${each.id}: ${node.target} ${node.html.slice(0, 160)}`));
  const {scrollWidth, clientWidth} = document.documentElement;
  return scrollWidth > clientWidth ? [...found, `${scrollWidth} px > ${clientWidth} px`] : found;
}
"""
DRESS = """
([size, direction]) => {
  document.documentElement.style.fontSize = size;
  document.documentElement.dir = direction;
}
"""
COLORS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on the scheme."""
PLACES = ["target-size", "scrollable-region-focusable", "color-contrast"]
"""The rules whose answer depends on the width, the size of the text and its direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way to look at a page; `rules` are those that it may break, None for all of them."""

    width: int
    scheme: str = "light"
    text: str = "100%"
    direction: str = "ltr"
    rules: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}, {self.text}, {self.direction}"


LOOKS = (
    Look(width=1280),
    Look(width=1280, scheme="dark", rules=(*COLORS,)),
    Look(width=390),
    Look(width=390, scheme="dark", rules=(*COLORS,)),
    Look(width=320, rules=(*PLACES,)),
    Look(width=390, text="200%", rules=(*PLACES,)),
    Look(width=1280, text="200%", rules=(*PLACES,)),
    Look(width=1280, direction="rtl", rules=(*PLACES,)),
    Look(width=390, direction="rtl", rules=(*PLACES,)),
)


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page that is open, in each look, and where it is wider than
    its window."""
    page.evaluate(_source())
    found = []
    for look in LOOKS:
        scheme: Literal["dark", "light"] = "dark" if look.scheme == "dark" else "light"
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no color under way
        page.set_viewport_size({"width": look.width, "height": 900})
        page.evaluate(DRESS, [look.text, look.direction])
        found += [f"{look}: {each}" for each in page.evaluate(LOOK, look.rules)]
    return found
