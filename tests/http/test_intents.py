"""What exactly a request asks for."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory

from otpguard.http.bound_values import bound_values
from otpguard.http.facts import facts_from
from otpguard.http.intents import (
    KEPT_FORM,
    form_fields,
    full_path_of,
    hide_kept_form,
    is_small_enough,
    kept_form_of,
    source_of,
    stated_length,
)
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(host: Host, data: Any = None, **options: Any) -> HttpRequest:
    return request_of(host, "post", "/keys/", {"name": "ci"} if data is None else data, **options)


def source(request: HttpRequest, **changed: Any) -> Any:
    known = {"checkpoint": "api_key", "target": "", **changed}
    if "body" in known:
        known["values"] = bound_values(known.pop("body"))
    return source_of(request, facts_from(request), **known)


def full(request: HttpRequest, **changed: Any) -> str:
    return source(request, **changed).full()


def shallow(request: HttpRequest, **changed: Any) -> str:
    return source(request, **changed).shallow()


def test_the_same_form_is_the_same_intent_with_whatever_csrf_token(host: Host) -> None:
    one = full(post(host, {"name": "ci", "csrfmiddlewaretoken": "a"}))
    assert full(post(host, {"csrfmiddlewaretoken": "b", "name": "ci"})) == one
    assert full(post(host, {"name": "cd", "csrfmiddlewaretoken": "a"})) != one


@pytest.mark.parametrize(
    "other",
    [
        {"name": "cd"},
        {"name": ["ci", "cd"]},
        {"name": "ci", "scope": ""},
        {"nam": "eci"},
        {},
        {"password": "x", "name": "ci"},
    ],
)
def test_any_other_field_is_another_intent(host: Host, other: dict[str, Any]) -> None:
    assert full(post(host, other)) != full(post(host))


def test_another_checkpoint_target_view_or_tenant_is_another_intent(host: Host) -> None:
    one = full(post(host))
    assert full(post(host)) == one
    assert full(post(host), checkpoint="role_grant") != one
    assert full(post(host), target="key 'ci'") != one
    assert full(post(host, view="app:keys")) != one
    elsewhere = factories.tenant()
    factories.select(host.client, elsewhere)
    assert full(post(host)) != one


def test_another_user_asks_for_another_intent(host: Host) -> None:
    one = full(post(host))
    request = post(host)
    request.user = factories.user()
    assert full(request) != one


def test_the_shallow_intent_knows_the_target_and_not_the_body(host: Host) -> None:
    assert shallow(post(host)) == shallow(post(host, {"name": "cd"}))
    assert shallow(post(host)) != shallow(post(host), target="key 'ci'")
    assert shallow(post(host)) != full(post(host))


def test_the_shallow_intent_leaves_the_body_unread(host: Host) -> None:
    request = post(host)
    shallow(request)
    assert not hasattr(request, "_post")
    assert b"ci" in request.read()


def test_secret_fields_count_without_showing(host: Host) -> None:
    one = full(post(host, {"password": "hunter2"}))
    assert one != full(post(host, {"password": "hunter3"}))
    assert "hunter2" not in one


def test_files_count_by_name_and_content_and_can_still_be_read(host: Host) -> None:
    def with_file(name: str, content: bytes) -> HttpRequest:
        return post(host, {"logo": SimpleUploadedFile(name, content)})

    request = with_file("a.png", b"one")
    one = full(request)
    assert request.FILES["logo"].read() == b"one"
    assert full(with_file("a.png", b"one")) == one
    assert full(with_file("a.png", b"two")) != one
    assert full(with_file("b.png", b"one")) != one
    typed = SimpleUploadedFile("a.png", b"one", content_type="text/html")
    assert full(post(host, {"logo": typed})) != one


def test_any_other_body_counts_byte_by_byte_and_can_still_be_read(host: Host) -> None:
    request = post(host, '{"name": "ci"}', content_type=JSON)
    one = full(request)
    assert json.loads(request.body) == {"name": "ci"}
    assert full(post(host, '{"name": "ci"}', content_type=JSON)) == one
    assert full(post(host, '{"name":"ci"}', content_type=JSON)) != one
    assert full(post(host, '{"name": "ci"}', content_type="text/plain")) != one


def test_no_form_stands_for_other_bytes(host: Host) -> None:
    body = '{"name": "ci"}'
    other = {"raw": hashlib.sha256(body.encode()).hexdigest()}
    assert full(post(host, body, content_type=JSON)) != full(post(host, other))


@pytest.mark.parametrize("method", ["get", "put", "delete", "options", "trace"])
def test_another_method_is_another_intent(host: Host, method: str) -> None:
    """A proof for a page must not run what the same URL does by another method."""
    asked = request_of(host, method, "/keys/")
    empty = request_of(host, "post", "/keys/")
    empty.META["CONTENT_TYPE"] = asked.META["CONTENT_TYPE"] = "text/plain"
    empty.content_type = "text/plain"
    assert full(asked) != full(empty)
    assert shallow(asked) == shallow(empty)


def test_head_is_a_get_without_the_answers_body(host: Host) -> None:
    assert full(request_of(host, "head", "/keys/")) == full(request_of(host, "get", "/keys/"))


def test_what_the_view_acts_on_counts_instead_of_the_raw_body(host: Host) -> None:
    one = full(post(host), body={"name": "ci", "days": 3})
    assert full(post(host, {"other": "x"}), body={"days": 3, "name": "ci"}) == one
    assert full(post(host), body={"name": "ci", "days": 4}) != one
    assert full(post(host), body={}) != full(post(host))


def test_a_form_as_the_view_got_it_counts_with_all_its_values(host: Host) -> None:
    twice, once = QueryDict("role=a&role=b"), QueryDict("role=b")
    assert full(post(host), body=twice) != full(post(host), body=once)
    assert full(post(host), body=twice) == full(post(host), body=QueryDict("role=a&role=b"))


@pytest.mark.parametrize("length", [65_537, 10_000_000])
def test_before_the_view_a_large_body_is_left_unread_and_has_no_intent(
    host: Host, length: int
) -> None:
    request = post(host)
    request.META["CONTENT_LENGTH"] = str(length)
    assert full(request, early=True) == ""
    assert not hasattr(request, "_post")
    assert full(post(host), early=True) == full(post(host))


def test_a_body_at_the_limit_is_read_and_the_limit_is_a_setting(host: Host, settings: Any) -> None:
    data = {"name": "x" * 995}  # 1000 bytes
    form = "application/x-www-form-urlencoded"
    settings.OTPGUARD = {**settings.OTPGUARD, "KEPT_FORM_BYTES": 1000}
    assert full(post(host, "name=" + "x" * 995, content_type=form), early=True)
    settings.OTPGUARD = {**settings.OTPGUARD, "KEPT_FORM_BYTES": 999}
    request = post(host, "name=" + data["name"], content_type=form)
    assert full(request, early=True) == ""
    assert full(request, early=True, body=data)
    assert full(request, early=False)


def test_only_small_forms_fit(host: Host) -> None:
    assert is_small_enough(post(host))
    assert not is_small_enough(post(host, "{}", content_type=JSON))
    for length in ("65537", *NO_LENGTHS):
        request = post(host)
        request.META["CONTENT_LENGTH"] = length
        assert not is_small_enough(request), length


NO_LENGTHS = ["many", "-1", "9" * 5000, "\u0663", "1e3", "+1"]


@pytest.mark.parametrize("length", NO_LENGTHS, ids=lambda length: ascii(length)[:8])
@pytest.mark.parametrize("early", [True, False])
def test_a_body_whose_length_cannot_be_read_is_not_read(
    host: Host, length: str, early: bool
) -> None:
    request = post(host)
    request.META["CONTENT_LENGTH"] = length
    assert stated_length(request) is None
    assert full(request, early=early) == ""
    assert full(request, early=early, body={"name": "ci"})


def test_the_fields_of_a_form_come_with_all_their_values(host: Host) -> None:
    assert form_fields(post(host, {"role": ["a", "b"], "x": ""})) == {"role": ["a", "b"], "x": [""]}
    assert form_fields(post(host, '{"a": 1}', content_type=JSON)) == {}


@pytest.mark.parametrize("other", ["/keys/2/", "/keys/?owner=eve"])
def test_another_url_is_another_intent(host: Host, other: str) -> None:
    """A14: a view may act on the URL alone."""
    ours = request_of(host, "post", "/keys/", {"name": "ci"}, view="app:keys")
    theirs = request_of(host, "post", other, {"name": "ci"}, view="app:keys")
    assert full(theirs) != full(ours)


def test_a_kept_form_that_comes_back_is_the_same_intent(host: Host) -> None:
    ours = request_of(host, "post", "/keys/?owner=kim", {"name": "ci"})
    back = request_of(host, "post", f"/keys/?owner=kim&{KEPT_FORM}=1", {"name": "ci"})
    assert full(back) == full(ours)
    assert full_path_of(back) == full_path_of(ours) == "/keys/?owner=kim"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_form_sent_by_another_method_counts_byte_by_byte(host: Host, method: str) -> None:
    """Django reads forms of POST only; what it does not read must not go uncounted."""

    def sent(body: str) -> HttpRequest:
        kind = "application/x-www-form-urlencoded"
        return request_of(host, method, "/keys/", body, content_type=kind)

    assert full(sent("role=member")) == full(sent("role=member"))
    assert full(sent("role=member")) != full(sent("role=owner"))


def test_a_file_in_what_the_view_acts_on_counts_by_its_content(host: Host) -> None:
    def body(content: bytes) -> dict[str, Any]:
        return {"list": SimpleUploadedFile("people.csv", content)}

    request, kind = post(host), body(b"kim")
    assert full(request, body=kind) == full(request, body=body(b"kim"))
    assert full(request, body=kind) != full(request, body=body(b"eve"))
    assert kind["list"].read() == b"kim", "the view can still read it"


def test_a_view_does_not_see_the_parameter_of_a_kept_form() -> None:
    request = RequestFactory().post(f"/list/?q=a%20b&q=c&{KEPT_FORM}=7")
    hide_kept_form(request)
    assert request.GET.urlencode() == "q=a+b&q=c"
    assert kept_form_of(request) == "7", "the guard still knows"
    plain = RequestFactory().post("/list/?q=a")
    before = plain.GET
    hide_kept_form(plain)
    assert plain.GET is before
    assert kept_form_of(plain) is None
