"""Who acts is known to signals while a request is served, and to nothing after it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest

from otpguard.http.current_request import during, facts_now
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_while_a_request_is_served_its_person_acts(host: Host) -> None:
    with during(request_of(host)):
        assert facts_now().user == str(host.user.pk)
        with during(HttpRequest()):
            assert facts_now().user == "", "a request without a user"
        assert facts_now().user == str(host.user.pk)
    assert facts_now().user == ""


def test_a_request_that_fails_acts_no_longer(host: Host) -> None:
    with pytest.raises(ValueError, match="x"), during(request_of(host)):
        raise ValueError("x")
    assert facts_now().user == ""
