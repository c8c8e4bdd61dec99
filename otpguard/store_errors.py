"""Which database errors mean that the store is down: closed for now, and worth another try.

Other database errors (a broken constraint, wrong SQL) are mistakes of a program and stay what they
are. A read-only server answers with InternalError.
"""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError

from otpguard.exceptions import StoreUnavailable

STORE_ERRORS = (OperationalError, InterfaceError, InternalError, StoreUnavailable)
