"""A host that knows what a test tells it of people."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser

from otpguard.core.signup import IdentityPart

PATH = "tests.intel.made_checks.MadeChecks"
SHOWN: set[IdentityPart] = set()
"""What everybody has shown."""


class MadeChecks:
    """Says what stands in SHOWN."""

    def has_shown(self, _user: AbstractBaseUser, part: IdentityPart) -> bool:
        return part in SHOWN

    def page_for(self, _user: AbstractBaseUser, part: IdentityPart) -> str:
        return f"/show/{part}/"


def signup(identity: str, **more: object) -> dict[str, object]:
    """SIGNUP with these checks."""
    return {"IDENTITY": identity, "CHECKS": {"BACKEND": PATH}, **more}
