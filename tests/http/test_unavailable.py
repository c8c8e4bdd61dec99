"""While the store is away people get a page that says so, machines a problem; both a time."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from otpguard.http.unavailable import unavailable


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html"), ("application/json", "problem+json")]
)
def test_it_is_503_with_a_time_to_try_again(accept: str, kind: str) -> None:
    answer = unavailable(RequestFactory().get("/x/", headers={"Accept": accept}))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert kind in answer["Content-Type"]
    assert "store_unavailable" in answer.content.decode()


def test_a_form_is_not_offered_to_be_fetched_again() -> None:
    answer = unavailable(RequestFactory().post("/x/", headers={"Accept": "text/html"}))
    assert 'href="/x/"' not in answer.content.decode()


def test_the_page_has_no_form_whose_token_would_ask_the_store() -> None:
    request = RequestFactory().get("/x/", headers={"Accept": "text/html"})
    request.user = get_user_model()(username="ada")
    answer = unavailable(request)
    assert "<form" not in answer.content.decode()
    assert "CSRF_COOKIE" not in request.META
