"""hCaptcha (https://docs.hcaptcha.com/)."""

from __future__ import annotations

from collections.abc import Sequence

from otpguard.intel.site_verify import SiteVerify

SCRIPT = "https://js.hcaptcha.com"
API = "https://api.hcaptcha.com"
SOURCES = ("https://hcaptcha.com", "https://*.hcaptcha.com")


class HCaptcha(SiteVerify):
    """The driver. A pass names the host and not the form. `base` is for tests."""

    vendor = "hCaptcha"
    widget_class = "h-captcha"
    answer_field = "h-captcha-response"
    our_faults = frozenset(
        {
            "missing-input-secret",
            "invalid-input-secret",
            "sitekey-secret-mismatch",
            "bad-request",
            "not-using-dummy-passcode",
        }
    )

    def __init__(
        self, *, site_key: str, secret_key: str, hostnames: Sequence[str], base: str = ""
    ) -> None:
        super().__init__(
            site_key=site_key,
            secret_key=secret_key,
            hostnames=hostnames,
            script_url=f"{base or SCRIPT}/1/api.js",
            verify_url=f"{base or API}/siteverify",
            widget_sources=(base,) if base else SOURCES,
        )

    def _more_fields(self) -> dict[str, str]:
        """An answer of another site's widget does not count."""
        return {"sitekey": self.site_key}
