"""Cloudflare Turnstile (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/)."""

from __future__ import annotations

from collections.abc import Sequence

from otpguard.intel.site_verify import SiteVerify

VENDOR = "https://challenges.cloudflare.com"


class Turnstile(SiteVerify):
    """The driver. `base` is for tests; see SiteVerify for the rest."""

    vendor = "Turnstile"
    widget_class = "cf-turnstile"
    answer_field = "cf-turnstile-response"
    knows_action = True
    our_faults = frozenset(
        {"missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"}
    )

    def __init__(
        self, *, site_key: str, secret_key: str, hostnames: Sequence[str], base: str = VENDOR
    ) -> None:
        super().__init__(
            site_key=site_key,
            secret_key=secret_key,
            hostnames=hostnames,
            script_url=f"{base}/turnstile/v0/api.js",
            verify_url=f"{base}/turnstile/v0/siteverify",
            widget_sources=(base,),
        )
