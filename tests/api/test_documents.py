"""The shapes of the API's documents; that answers have them is in test_description.py."""

from __future__ import annotations

import inspect

from otpguard.api import documents
from otpguard.api.documents import Document, ExceptionBody, RuleBody
from otpguard.forms.enrollment import NAMES
from otpguard.forms.policy_exception import ExceptionForm

SHAPES = [
    shape
    for _, shape in inspect.getmembers(documents, inspect.isclass)
    if issubclass(shape, Document)
]


def test_every_document_says_what_it_is() -> None:
    assert len(SHAPES) > 20
    for shape in SHAPES:
        assert shape.__doc__, shape
        assert shape.__doc__ != Document.__doc__ or shape is Document, shape


def test_what_is_sent_has_the_fields_that_the_forms_read() -> None:
    assert set(ExceptionBody().fields) == set(ExceptionForm.field_order)
    assert set(RuleBody().fields) == set(NAMES)
