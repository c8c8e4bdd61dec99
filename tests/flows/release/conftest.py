"""What tests of releases ask for."""

from tests.releasing import jobs

__all__ = ["jobs"]
