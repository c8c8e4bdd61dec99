"""A provider's word counts for one person in one request."""

from __future__ import annotations

from django.test import RequestFactory

from otpguard.http.sign_in.vouched import is_vouched, note_vouched


def test_it_is_for_that_person_in_that_request() -> None:
    request, other = RequestFactory().get("/"), RequestFactory().get("/")
    assert not is_vouched(request, "7")
    note_vouched(request, 7)
    assert is_vouched(request, "7")
    assert not is_vouched(request, "8")
    assert not is_vouched(request, "")
    assert not is_vouched(other, "7")
