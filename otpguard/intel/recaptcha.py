"""Google reCAPTCHA v2, the checkbox (https://developers.google.com/recaptcha/docs/verify)."""

from __future__ import annotations

from collections.abc import Sequence

from otpguard.intel.site_verify import SiteVerify

VENDOR = "https://www.google.com"
FILES = "https://www.gstatic.com"


class ReCaptcha(SiteVerify):
    """The driver. A pass names the host and not the form. `base` may be https://www.recaptcha.net,
    where Google cannot be reached."""

    vendor = "reCAPTCHA"
    widget_class = "g-recaptcha"
    answer_field = "g-recaptcha-response"
    our_faults = frozenset({"missing-input-secret", "invalid-input-secret", "bad-request"})

    def __init__(
        self, *, site_key: str, secret_key: str, hostnames: Sequence[str], base: str = VENDOR
    ) -> None:
        super().__init__(
            site_key=site_key,
            secret_key=secret_key,
            hostnames=hostnames,
            script_url=f"{base}/recaptcha/api.js",
            verify_url=f"{base}/recaptcha/api/siteverify",
            widget_sources=(base, FILES),
        )
