"""A kept form is told of by numbers only: its fields may be anybody's business."""

from __future__ import annotations

from otpguard.core.events.form import FormKept, FormRejected


def test_a_kept_form_tells_how_many_fields_and_not_which() -> None:
    assert FormKept(fields=3, withheld=1).data() == {"fields": 3, "withheld": 1}


def test_a_rejected_one_says_why() -> None:
    assert FormRejected(reason="used").data() == {"reason": "used"}
