"""What our flows refuse, as the API says it: the status, the stable code and the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.exceptions import InvalidInput, NotAllowed, OtpguardError, StoreUnavailable


class Form(forms.Form):
    """A number, and a rule about the whole."""

    number = forms.IntegerField()
    other = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        """The two differ."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("number") == cleaned.get("other"):
            raise forms.ValidationError("They must differ.")
        return cleaned


class Echo(ProblemView):
    """Raises what it is given; else checks the body and says it."""

    authentication_classes = []
    permission_classes = []
    error: OtpguardError | None = None

    def post(self, request: Request) -> Response:
        """The body, checked."""
        if self.error is not None:
            raise self.error
        given = object_of(request)
        check_form(Form(given))
        return Response(given)


def posted(body: Any = None, error: OtpguardError | None = None) -> tuple[HttpResponse, Any]:
    request = APIRequestFactory().post("/", json.dumps(body), content_type="application/json")
    answer = Echo.as_view(error=error)(request)
    answer.render() if isinstance(answer, Response) else None
    return answer, json.loads(answer.content)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("name", "Enter a name."), 400, "invalid_input"),
        (NotAllowed("Ask another admin."), 403, "not_allowed"),
        (StoreUnavailable("no answer"), 503, "store_unavailable"),
    ],
)
def test_each_error_of_a_flow_has_its_status_and_code(
    error: OtpguardError, status: int, code: str
) -> None:
    answer, document = posted(error=error)
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert ("Retry-After" in answer) is (status == 503)
    assert document.get("field") == (error.field if isinstance(error, InvalidInput) else None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "x"}, "number"),
        ({}, "number"),
        ({"number": 1, "other": 1}, ""),
        ([1], ""),
        ("text", ""),
    ],
)
def test_bad_input_is_told_at_its_field_or_for_the_whole(body: Any, field: str) -> None:
    answer, document = posted(body)
    assert (answer.status_code, document["code"]) == (400, "invalid_input")
    assert document["field"] == field
    assert document["detail"]


class Fails(ProblemView):
    """Raises what it is given, which may be Django's or the framework's."""

    authentication_classes = []
    permission_classes = []
    error: Exception = Http404()

    def get(self, _request: Request) -> Response:
        """Never answers."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"),
    [
        (Http404("No such key."), 404, "not_found", "No such key."),
        (Http404(), 404, "not_found", "Not found."),
        (PermissionDenied(), 403, "permission_denied", "You do not have permission"),
        (exceptions.PermissionDenied("Ask an admin."), 403, "permission_denied", "Ask an admin."),
        (exceptions.ParseError(), 400, "parse_error", "Malformed request."),
        (exceptions.Throttled(wait=7), 429, "throttled", "Request was throttled."),
    ],
)
def test_errors_of_the_framework_are_problem_documents_too(
    error: Exception, status: int, code: str, detail: str
) -> None:
    answer = Fails.as_view(error=error)(APIRequestFactory().get("/"))
    document = json.loads(answer.content)
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["detail"].startswith(detail)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.get("Retry-After") == ("7" if status == 429 else None)


def test_a_method_that_there_is_not_names_those_that_there_are() -> None:
    answer = Fails.as_view()(APIRequestFactory().put("/"))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_a_fault_of_ours_is_no_problem_document() -> None:
    with pytest.raises(ZeroDivisionError):
        Fails.as_view(error=ZeroDivisionError())(APIRequestFactory().get("/"))


def test_good_input_passes() -> None:
    answer, document = posted({"number": 1})
    assert (answer.status_code, document) == (200, {"number": 1})


def test_a_body_that_is_nested_without_end_is_a_wrong_value() -> None:
    for body in ("[" * 100_000, '{"a":' * 5_000):
        request = APIRequestFactory().post("/", body, content_type="application/json")
        answer = Echo.as_view()(request)
        # Newer Pythons read so deep, and find that the body has no end.
        assert answer.status_code == 400


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "application/json", "*/*"])
def test_a_project_that_has_not_installed_the_framework_gets_json(
    accept: str, settings: Any
) -> None:
    settings.INSTALLED_APPS = [a for a in settings.INSTALLED_APPS if a != "rest_framework"]
    request = APIRequestFactory().post(
        "/", '{"number": 1}', content_type="application/json", headers={"Accept": accept}
    )
    response = Echo.as_view()(request)
    assert isinstance(response, Response)
    response.render()
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_project_that_has_installed_it_gets_its_pages_too() -> None:
    names = [type(each).__name__ for each in Echo().get_renderers()]
    assert "BrowsableAPIRenderer" in names
