"""The documents about streams name what the API answers."""

from __future__ import annotations

import pytest

from otpguard.api.audit.stream_documents import NewStreamDocument, StreamDocument
from otpguard.api.audit.streams import document_of
from otpguard.core.siem.sinks import Sink
from tests import factories
from tests.flows.siem.streaming import stream_of


@pytest.mark.django_db
def test_a_stream_has_the_fields_that_are_described() -> None:
    assert set(document_of(stream_of(factories.tenant()))) == set(StreamDocument().fields)


def test_a_new_one_has_its_secret_besides() -> None:
    assert set(NewStreamDocument().fields) - set(StreamDocument().fields) == {"secret"}
    assert set(StreamDocument().fields["sink"].choices) == {sink.value for sink in Sink}
