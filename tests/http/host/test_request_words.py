"""What an event says of the request: its id, its door, and what the host adds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django.urls import resolve

from otpguard.core.event_source import EventSource
from otpguard.http.facts import facts_from
from otpguard.http.host.request_words import (
    MOST_CONTEXT,
    request_id_of,
    session_context_of,
    source_of,
)
from tests.host import Host
from tests.http.asking import request_of


def asked(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.resolver_match = None
    return request


def shop(request: HttpRequest) -> Mapping[str, object]:
    return {"shop": request.headers.get("Shop", ""), "desk": 7}


def test_the_id_of_the_proxy_is_taken() -> None:
    assert request_id_of(asked(**{"X-Request-ID": "req-1/a:b"})) == "req-1/a:b"
    with override_settings(OTPGUARD={"REQUEST_ID_HEADER": "Traceparent"}):
        assert request_id_of(asked(Traceparent="00-ab-cd-01")) == "00-ab-cd-01"


@pytest.mark.parametrize("said", ["", "a b", "x" * 65, "<script>", "é"])
def test_another_form_counts_as_none_and_one_is_made_once(said: str) -> None:
    request = asked(**{"X-Request-ID": said})
    made = request_id_of(request)
    assert made not in {"", said}
    assert request_id_of(request) == made


def test_the_door_is_known() -> None:
    assert source_of(asked(), api=True) is EventSource.API
    assert source_of(asked(), api=False) is EventSource.FORM


@pytest.mark.django_db
def test_a_page_of_the_admin_is_told_apart(host: Host) -> None:
    request = request_of(host)
    request.resolver_match = resolve("/admin/")
    assert facts_from(request).source is EventSource.ADMIN
    assert facts_from(request_of(host), bearer=True).source is EventSource.API


def test_the_host_adds_texts() -> None:
    assert session_context_of(asked()) == {}
    with override_settings(OTPGUARD={"SESSION_CONTEXT": "tests.http.host.test_request_words.shop"}):
        assert session_context_of(asked(Shop="Berlin")) == {"shop": "Berlin", "desk": "7"}


def test_too_much_of_it_is_left_out() -> None:
    with override_settings(OTPGUARD={"SESSION_CONTEXT": "tests.http.host.test_request_words.shop"}):
        assert session_context_of(asked(Shop="x" * MOST_CONTEXT)) == {}
