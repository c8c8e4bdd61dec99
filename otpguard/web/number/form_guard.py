"""What stands in the form for a number beside the number: read from a request, and put into a page.

Both halves are here, so that the names of the fields stand in one place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest

from otpguard.conf import settings
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.pumping.visitor_form.work import CAPTCHA_FROM
from otpguard.flows.pumping.visitor_form.form import CheckedForm, FormFields, issue_form_token
from otpguard.flows.pumping.visitor_form.work import make_work
from otpguard.intel.captcha import captcha

TOKEN = "form"  # noqa: S105 (the name of a field)
HONEYPOT = "contact_subject"
"""No browser and no password manager fills in what is called so."""

WORK = "work"
FINGERPRINT = "device"
BEHAVIOR = "behavior"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptchaWidget:
    """The widget of the hosted captcha, as the page names it. `sources` is what the content policy
    of this page has to allow."""

    site_key: str
    script_url: str
    css_class: str
    action: str
    answer_field: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGuard:
    """What a page is given. `work` is a puzzle as JSON, empty if none is asked for."""

    token: str = field(repr=False)
    work: str = ""
    widget: CaptchaWidget | None = None
    counts_behavior: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """What its page may load from elsewhere."""
        return () if self.widget is None else self.widget.sources


def sent_form(request: HttpRequest) -> FormFields:
    """The fields as they came."""
    sent, vendor = request.POST, captcha()
    return FormFields(
        token=sent.get(TOKEN, ""),
        honeypot=sent.get(HONEYPOT, ""),
        work=sent.get(WORK, ""),
        captcha="" if vendor is None else sent.get(vendor.answer_field, ""),
        fingerprint=sent.get(FINGERPRINT, ""),
        behavior=sent.get(BEHAVIOR, ""),
    )


def form_guard(
    place: FormPlace, *, now: datetime, after: CheckedForm | None = None, work_level: int = 0
) -> FormGuard:
    """Everything for a form that is shown at `place` now, `after` what it was sent as before, with
    a puzzle of `work_level`."""
    return FormGuard(
        token=issue_form_token(place, now=now, after=after),
        work=json.dumps(make_work(place, work_level, now=now)) if work_level else "",
        widget=_widget(place.source) if work_level >= CAPTCHA_FROM else None,
        counts_behavior=settings().form_behavior,
    )


def _widget(source: str) -> CaptchaWidget | None:
    vendor = captcha()
    if vendor is None:
        return None
    return CaptchaWidget(
        site_key=vendor.site_key,
        script_url=vendor.script_url,
        css_class=vendor.widget_class,
        action=vendor.action_of(source),
        answer_field=vendor.answer_field,
        sources=vendor.widget_sources,
    )
