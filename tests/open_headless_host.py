"""The host of `tests.headless_host` without the refusal of allauth's own reset."""

from __future__ import annotations

from tests import headless_host

urlpatterns = [
    each
    for each in headless_host.urlpatterns
    if "otpguard.contrib.allauth_headless" not in str(getattr(each, "urlconf_name", ""))
]
