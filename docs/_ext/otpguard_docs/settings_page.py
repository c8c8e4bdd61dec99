"""Every setting: the fields of the dataclass, and the string below each, which Python drops."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from enum import Enum
from typing import Any

from otpguard.conf.schema import Settings
from otpguard.core.assurance import AssuranceLevel, AssuranceProfile

LONGEST = 60
"""Letters of a default that is still shown."""


def lines() -> list[str]:
    """A heading for each setting, its default, and what it does."""
    described: dict[str, str] = {}
    for part in Settings.__mro__[:-1]:  # without object
        described |= strings_below(part.__name__, inspect.getsource(sys.modules[part.__module__]))
    found: list[str] = []
    for each in fields(Settings):
        found += [
            f"## {each.name.upper()}",
            "",
            *default_of(each),
            "",
            with_code(described[each.name]),
            "",
        ]
    return found


def strings_below(declared: str, source: str) -> dict[str, str]:
    """The string below each attribute of a class. Raises LookupError for one without."""
    (body,) = [
        each.body
        for each in ast.parse(source).body
        if isinstance(each, ast.ClassDef) and each.name == declared
    ]
    found = {}
    for attribute, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
            name = attribute.target.id
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(text.split())
                case _:
                    raise LookupError(f"{declared}.{name} has no string below it")
    return found


def with_code(text: str) -> str:
    """The text with its values, such as "multi" or {"a": [1]}, set as code."""
    found, at = "", 0
    while at < len(text):
        letter = text[at]
        end = at + 1
        if letter in '`"':
            end = text.index(letter, at + 1) + 1
        elif letter in "{[":
            end = closing(text, at)
        part = text[at:end]
        found += f"`{part}`" if letter in '"{[' else part
        at = end
    return found


def closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`."""
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] in "{[") - (text[end] in "}]")
        if not depth:
            return end + 1
    raise ValueError(f"a bracket stays open in: {text[at:]}")


def default_of(setting: Field[Any]) -> list[str]:
    """One line, where the default can be shown in one."""
    made = setting.default_factory
    value = setting.default if made is MISSING else made()
    shown = words_for(value)
    return [f"*Default:* {shown}"] if shown else ["*Default:* what ships"]


def words_for(value: object) -> str:
    """A default as somebody would write it in their settings; empty if that takes too long."""
    match value:
        case timedelta():
            return f"`{int(value.total_seconds())}` (seconds)"
        case AssuranceProfile():
            return f'`"{value.slug}"`'
        case AssuranceLevel():
            return f'`"{value.name}"`'
        case Enum():
            return f'`"{value.value}"`'
        case Mapping():
            try:
                shown = json.dumps(value)
            except TypeError:  # not as somebody would write it
                return ""
        case tuple() | frozenset():
            # A tuple keeps its order; a set has none.
            listed = list(value) if isinstance(value, tuple) else sorted(value)
            shown = str(listed).replace("'", '"')
        case str():
            shown = f'"{value}"'
        case bool() | int() | None:
            shown = f"{value:_}" if type(value) is int else str(value)
        case _:
            return ""
    return f"`{shown}`" if len(shown) <= LONGEST or isinstance(value, tuple) else ""
