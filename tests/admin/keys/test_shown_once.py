"""A secret is on the page that follows its action, and on no other."""

from __future__ import annotations

from otpguard.admin.keys.record import CreateServiceKey
from otpguard.admin.keys.shown_once import ShownOnce
from otpguard.admin.scim.token import CreateScimToken, RotateScimToken


def test_what_makes_a_secret_shows_it_once() -> None:
    for action in (CreateServiceKey, CreateScimToken, RotateScimToken):
        assert issubclass(action, ShownOnce)
