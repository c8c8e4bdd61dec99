"""What a framework's request says is bound, and whether a browser's cookie may speak for it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from otpguard.contrib.adapted import AdaptedRequest, content_of, is_safe_from_other_sites
from otpguard.http.bound_values import bound_values

make = RequestFactory()


def test_other_bytes_are_other_content() -> None:
    one, two = (
        content_of(make.post("/", {"name": name}, "application/json")) for name in ("a", "b")
    )
    assert one != two


def test_a_form_is_its_fields_and_the_content_of_its_files() -> None:
    def text(content: bytes) -> str:
        file = SimpleUploadedFile("keys.csv", content)
        return bound_values(content_of(make.post("/", {"name": ["a", "b"], "file": file})))()

    assert '"b"' in text(b"x")
    assert text(b"x") == text(b"x") != text(b"y")


def test_the_user_is_that_of_the_inner_request() -> None:
    request = make.get("/")
    request.user = "ada"
    assert AdaptedRequest(request).user == "ada"


@pytest.mark.parametrize(
    ("kind", "checked", "safe"),
    [
        ("application/json", False, True),
        ("text/plain", False, False),
        ("multipart/form-data; boundary=x", False, False),
        ("multipart/form-data; boundary=x", True, True),
    ],
)
def test_a_form_counts_only_when_its_token_was_checked(
    kind: str, checked: bool, safe: bool
) -> None:
    request = make.post("/", "{}", kind)
    if checked:
        request.csrf_processing_done = True
    assert is_safe_from_other_sites(request) is safe
