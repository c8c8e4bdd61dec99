"""The page on branding lists what there is to set: properties with their values, and blocks."""

from __future__ import annotations

import re

import pytest

from otpguard.conf import problems
from otpguard.core.content_policy import DIRECTIVES
from tests.house.source import PACKAGE, ROOT

PAGE = (ROOT / "docs" / "branding.md").read_text("utf-8")
CSS = (PACKAGE / "static" / "otpguard" / "otpguard.css").read_text("utf-8")
BASE = (PACKAGE / "templates" / "otpguard" / "base.html").read_text("utf-8")
PROPERTY = re.compile(r"^ +(--og-[a-z-]+): ([^;]+);", re.MULTILINE)
ROW = re.compile(
    r"^\| `(--og-[a-z-]+)` \| [^|]+ \| `([^`]+)` \| (?:`([^`]+)`|as light) \|$", re.MULTILINE
)

Palette = dict[str, str]
Color = tuple[float, ...]


def palettes() -> tuple[Palette, Palette]:
    """The properties of the style sheet by name: all of them, and those of the dark scheme."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    return dict(PROPERTY.findall(light)), dict(PROPERTY.findall(dark.partition("\n}\n")[0]))


def color(palette: Palette, name: str) -> Color:
    """The color of a property, by part of 255; one that is mixed is worked out."""
    value = palette[f"--og-{name}"]
    if mixed := re.fullmatch(
        r"color-mix\(in srgb, var\(--og-(\w+)\), var\(--og-(\w+)\) (\d+)%\)", value
    ):
        first, second = color(palette, mixed[1]), color(palette, mixed[2])
        part = int(mixed[3]) / 100
        return tuple(a * (1 - part) + b * part for a, b in zip(first, second, strict=True))
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


def brightness(given: Color) -> float:
    """The relative luminance of WCAG 2."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in given)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(palette: Palette, first: str, second: str) -> float:
    dark, light = sorted(brightness(color(palette, each)) for each in (first, second))
    return (light + 0.05) / (dark + 0.05)


def test_the_page_lists_every_property_with_its_values() -> None:
    light, dark = palettes()
    told = {name: (value, other or None) for name, value, other in ROW.findall(PAGE)}
    assert told == {name: (value, dark.get(name)) for name, value in light.items()}
    assert set(dark) <= set(light)


def test_the_properties_of_the_banner_are_named() -> None:
    named = set(re.findall(r"--og-banner-[a-z]+", PAGE))
    assert named == set(re.findall(r"--og-banner-[a-z]+", CSS))


def test_every_property_is_used() -> None:
    used = set(re.findall(r"var\((--og-[a-z-]+)", CSS))
    assert used == set(re.findall(r"(--og-[a-z-]+):", CSS))


def test_the_page_lists_every_block() -> None:
    _, _, rest = PAGE.partition("| block of `otpguard/base.html` |")
    told = re.findall(r"^\| `(\w+)` \|", rest.partition("\n\n")[0], re.MULTILINE)
    assert told == re.findall(r"{% block (\w+) %}", BASE)


def test_the_example_of_a_policy_is_read_and_every_directive_is_named() -> None:
    assert all(f"`{name}`" in PAGE for name in DIRECTIVES)
    for block in re.findall(r"```python\nOTPGUARD = (.*?)```", PAGE, re.DOTALL):
        assert problems(eval(block)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_4_5_and_borders_of_fields_one_of_3(scheme: str) -> None:
    light, dark = palettes()
    palette = light if scheme == "light" else light | dark
    grounds = ("background", "surface", "sunken")
    texts = [(text, ground) for text in ("text", "muted") for ground in grounds]
    texts += [("accent-text", "accent"), ("accent-text", "accent-strong")]
    texts += [("bad-text", "bad"), ("bad-text", "bad-strong"), ("accent", "accent-soft")]
    texts += [("bad", "bad-soft"), ("good", "good-soft"), ("accent", "surface"), ("bad", "surface")]
    for first, second in texts:
        assert contrast(palette, first, second) >= 4.5, (first, second)
    for ground in grounds:
        assert contrast(palette, "control-line", ground) >= 3, ground
    for shape in ("wait", "good", "accent"):
        assert contrast(palette, shape, "surface") >= 3, shape
