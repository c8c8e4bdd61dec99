"""What hosted captchas have in common: one request with the secret and the answer, one verdict.

Turnstile, hCaptcha and reCAPTCHA speak the same protocol, "siteverify", with other names.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response

logger = logging.getLogger("otpguard.captcha")

DEADLINES = Deadlines(connect=0.8, read=1.2)


class SiteVerify:
    """A driver of that protocol. `hostnames` are those on which the widget may be solved: of a page
    on another host nothing counts. Raises ValueError for what cannot be."""

    vendor: ClassVar[str]
    widget_class: ClassVar[str]
    answer_field: ClassVar[str]
    knows_action: ClassVar[bool] = False
    """Whether a pass names the form for which it was made."""

    our_faults: ClassVar[frozenset[str]]
    """Error codes that say nothing about the person."""

    def __init__(
        self,
        *,
        site_key: str,
        secret_key: str,
        hostnames: Sequence[str],
        script_url: str,
        verify_url: str,
        widget_sources: tuple[str, ...],
    ) -> None:
        if not (site_key and secret_key):
            raise ValueError("site_key and secret_key must not be empty")
        if isinstance(hostnames, str) or not hostnames or not all(hostnames):
            raise ValueError("hostnames must be a list of the hosts that show the form")
        self.site_key = site_key
        self.script_url = script_url
        self.widget_sources = widget_sources
        self._secret_key = secret_key
        self._hostnames = frozenset(hostnames)
        self._url = verify_url

    def action_of(self, source: str) -> str:
        """Letters, digits, `_` and `-`, at most 32."""
        kept = "".join(each if each.isalnum() and each.isascii() else "_" for each in source)
        return kept[:32]

    def verify(self, answer: str, *, source: str, client_ip: str) -> bool | None:
        """See Captcha. An answer serves once and for some minutes: the vendor sees to that."""
        fields = {"secret": self._secret_key, "response": answer, **self._more_fields()}
        if client_ip:
            fields["remoteip"] = client_ip
        request = Request(
            method="POST",
            url=self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(fields, errors="replace").encode(),
        )
        result = send(request, deadlines=DEADLINES)
        if not isinstance(result, Response):
            return self._unknown(result.reason)
        try:
            said = json.loads(result.body)
        except (ValueError, RecursionError):
            return self._unknown(f"status {result.status}, no JSON")
        if not isinstance(said, dict) or not isinstance(said.get("success"), bool):
            return self._unknown(f"status {result.status}, no `success`")
        return self._read(said, self.action_of(source))

    def _more_fields(self) -> dict[str, str]:
        """What this vendor is told beside secret, answer and client IP."""
        return {}

    def _read(self, said: dict[str, Any], action: str) -> bool | None:
        if not said["success"]:
            codes = said.get("error-codes")
            if not isinstance(codes, list) or not codes:
                return self._unknown("a refusal without a reason")
            ours = {code for code in codes if isinstance(code, str)} & self.our_faults
            return self._unknown(", ".join(sorted(ours))) if ours else False
        hostname, done = said.get("hostname"), said.get("action")
        if not isinstance(hostname, str):
            return self._unknown("success without a hostname")
        if self.knows_action and not isinstance(done, str):
            return self._unknown("success without an action")
        return hostname in self._hostnames and (not self.knows_action or done == action)

    def _unknown(self, reason: str) -> bool | None:
        logger.warning("%s did not say whether a person is there: %s", self.vendor, reason)
        return None
