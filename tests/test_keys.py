"""The porch for API keys: a key's whole life, from there alone."""

from __future__ import annotations

import pytest

from otpguard import keys
from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_the_whole_life_of_a_key_is_in_the_log(host: Host) -> None:
    pass_step_up(host.client)
    row, first = keys.create(request_of(host, "post"), name="ci", environment="test")
    second = keys.rotate(request_of(host, "post"), row)
    keys.change_scope(request_of(host, "post"), row, "write")
    keys.delete(request_of(host, "post"), row)
    assert first != second
    kinds = Event.objects.filter(kind__startswith="key.").order_by("id")
    assert [each.kind for each in kinds] == [
        "key.created",
        "key.rotated",
        "key.scope_changed",
        "key.deleted",
    ]
