"""The first address of the API."""

from __future__ import annotations

from django.test import Client
from django.urls import path

from otpguard.api.index import template
from otpguard.api.urls import VIEWS
from tests.host import Host

URL = "/security/api/"
API = {"Accept": "application/json"}


def test_it_says_where_everything_is(host: Host) -> None:
    document = host.client.get(URL, headers=API).json()
    assert document["schema"] == "/security/api/schema/"
    assert document["links"]["coverage"] == "/security/api/coverage/"
    assert document["links"]["policy"] == "/security/api/policies/{checkpoint}/"
    assert len(document["links"]) == len(VIEWS)


def test_a_stranger_reads_nothing() -> None:
    answer = Client().get(URL, headers=API)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_authenticated"


def test_a_parameter_without_a_kind_is_one_too() -> None:
    assert template(path("a/<b>/<path:c>/", lambda _: None)) == "a/{b}/{c}/"
