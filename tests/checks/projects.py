"""A project that a check finds something in, and the mended one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.test import override_settings

from otpguard.checks import codes

CONSOLE = {"dev": {"BACKEND": "otpguard.channels.providers.console.Console"}}
EMAIL = {"email": {"BACKEND": "otpguard.channels.providers.smtp.Smtp"}}

Project = dict[str, Any]
"""Django settings, by name."""

Case = tuple[str, Project, Project]
"""The number of a check, a project with that mistake, and the same without it."""


def ours(**kwargs: Any) -> Project:
    """A project with these keys in OTPGUARD, and the console for what it sends."""
    return {"OTPGUARD": {"PROVIDERS": CONSOLE, **kwargs}}


def try_check(
    check: Callable[..., list[CheckMessage]], number: str, wrong: Project, right: Project
) -> None:
    """The check finds its mistake in the one project, by this number alone, and none in the other.

    Raises AssertionError otherwise.
    """
    with override_settings(**wrong):
        found = check()
    with override_settings(**right):
        mended = check()
    assert {message.id for message in found} == {number}
    assert found[0].msg.startswith(codes.CODES[number])
    assert mended == []


def names(cases: list[Case]) -> Iterator[str]:
    """A name of each case for pytest, which a new case of another number does not change."""
    found: Counter[str] = Counter()
    for number, _, _ in cases:
        found[number] += 1
        yield f"{number}-{found[number]}"
