"""Where nothing is, the API answers as itself."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.host import Host

PREFIX = "/security/api/"


@pytest.mark.parametrize(
    "path", ["nothing/", "streams/no-uuid/", "policies/a/b/", "streams//pause/"]
)
@pytest.mark.parametrize("method", ["get", "put", "patch", "post", "delete"])
@pytest.mark.django_db
def test_nothing_is_a_problem_whoever_asks(host: Host, path: str, method: str) -> None:
    for client in (host.client, Client()):
        answer = getattr(client, method)(PREFIX + path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"
        assert "no-store" in answer["Cache-Control"]


def test_a_slash_that_was_left_out_is_still_mended(client: Client) -> None:
    answer = client.get(f"{PREFIX}streams")
    assert (answer.status_code, answer["Location"]) == (301, f"{PREFIX}streams/")
