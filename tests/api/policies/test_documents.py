"""The shapes of what is told about policies; that answers have them is in test_description.py."""

from __future__ import annotations

import inspect

from otpguard.api.documents import Document
from otpguard.api.policies import documents


def test_every_document_says_what_it_is() -> None:
    shapes = [
        shape
        for _, shape in inspect.getmembers(documents, inspect.isclass)
        if issubclass(shape, Document)
    ]
    assert len(shapes) > 10
    for shape in shapes:
        assert shape is Document or shape.__doc__ != Document.__doc__, shape
