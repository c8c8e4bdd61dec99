"""Where identity providers push security events (CAEP, RISC).

    path("signals/", include("otpguard.contrib.shared_signals")),

Needs `pip install otpguard[oidc]`. Streams are set up in the admin.
"""

from __future__ import annotations

from django.urls import path

from otpguard.database.non_atomic import non_atomic
from otpguard.web.federation.signals import push_signal

__all__ = ["urlpatterns"]

urlpatterns = non_atomic([path("<uuid:stream_id>/", push_signal, name="otpguard_signals")])
