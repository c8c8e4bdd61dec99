"""What stands in a form on another origin beside the number, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.web.number.form_guard import form_guard


def guard_document(
    place: FormPlace, *, now: datetime, after: CheckedForm | None = None, work_level: int = 0
) -> dict[str, Any]:
    """What a form on another origin is given: as on our own page, in JSON. `work` is a puzzle as
    text, empty if none is asked for, and `captcha` null or the widget of the vendor."""
    guard = form_guard(place, now=now, after=after, work_level=work_level)
    widget = guard.widget
    return {
        "form": guard.token,
        "work": guard.work,
        "captcha": None
        if widget is None
        else {
            "site_key": widget.site_key,
            "script_url": widget.script_url,
            "css_class": widget.css_class,
            "action": widget.action,
            "answer_field": widget.answer_field,
        },
    }
