"""The door for pushes is one URL, out of the host's transaction."""

from __future__ import annotations

from otpguard.contrib.shared_signals import urlpatterns


def test_the_one_url_runs_outside_of_atomic_requests() -> None:
    (pattern,) = urlpatterns
    assert pattern.name == "otpguard_signals"
    assert pattern.callback._non_atomic_requests
