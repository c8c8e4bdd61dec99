"""What the host knows of the people who signed up. A public extension point.

OTPGUARD["SIGNUP"]["CHECKS"] names the class by its dotted path, with OPTIONS that become keyword
arguments of its constructor. A phone is our own business; e-mail addresses and documents are not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, runtime_checkable

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.signup import IdentityPart


@runtime_checkable
class IdentityChecks(Protocol):
    """Made once in a process, and called by several threads at once. What it raises refuses."""

    def has_shown(self, user: AbstractBaseUser, part: IdentityPart) -> bool:
        """Whether somebody has confirmed their e-mail address (`EMAIL`), or a vendor has checked
        their documents (`DOCUMENTS`)."""

    def page_for(self, user: AbstractBaseUser, part: IdentityPart) -> str:
        """The URL of your page on which they do it."""


@lru_cache(maxsize=1)
def identity_checks() -> IdentityChecks | None:
    """The host's checks, made once; None without any.

    Raises ImportError for a wrong dotted path, TypeError and ValueError for wrong options and for a
    class that is none.
    """
    config = settings().signup.checks
    if config is None:
        return None
    made = import_string(config.backend)(**config.options)
    if not isinstance(made, IdentityChecks):
        said = "must have all members of otpguard.intel.identity.IdentityChecks"
        raise TypeError(f"{config.backend} {said}")
    return made


forget_on_change(identity_checks)
