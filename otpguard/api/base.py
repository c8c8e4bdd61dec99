"""What all views of the API share: our own errors as problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404
from django.utils.module_loading import import_string
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.schemas.inspectors import DefaultSchema, ViewInspector
from rest_framework.views import APIView

from otpguard.api.operation import Operation
from otpguard.api.versions import VersionUnsaidError
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.tenant.policy import PolicyMoved
from otpguard.http.problems import RETRY_SECONDS, problem, status_phrase
from otpguard.http.uncached import uncached
from otpguard.store_errors import STORE_ERRORS

_SCHEMA = "otpguard.api.description.DescribedSchema"


def can_describe() -> bool:
    """Whether drf-spectacular is installed, by which the API describes itself."""
    return find_spec("drf_spectacular") is not None


def _inspector() -> ViewInspector:
    made: ViewInspector = import_string(_SCHEMA)() if can_describe() else DefaultSchema()
    return made


class ProblemView(APIView):
    """A view whose flows raise: InvalidInput is 400, NotAllowed 403, PolicyMoved 412,
    StoreUnavailable 503.

    `operations` says what the description of the API tells of each method.
    """

    schema = _inspector()
    operations: ClassVar[Mapping[str, Operation]] = {}

    def operation_of(self, method: str) -> Operation:
        """What is told of one method of this view. Raises KeyError if nothing is."""
        return self.operations[method]

    def get_renderers(self) -> list[BaseRenderer]:
        """The project's, without pages whose templates it has not installed."""
        found = super().get_renderers()
        if apps.is_installed("rest_framework"):
            return found
        plain = [each for each in found if not isinstance(each, BrowsableAPIRenderer)]
        return plain or [JSONRenderer()]

    def handle_exception(self, exc: Exception) -> Any:  # noqa: ANN401 (two kinds of response)
        """Our own errors and the framework's as problem documents; refusals as ever."""
        if isinstance(exc, InvalidInput):
            return problem(400, exc.code, "A value is wrong", exc.message, field=exc.field)
        if isinstance(exc, RecursionError):
            # The framework's parser gives up that way over thousands of nested lists.
            return problem(400, InvalidInput.code, "A value is wrong", "It is nested too deeply.")
        if isinstance(exc, PolicyMoved):
            return problem(412, exc.code, "Changed meanwhile", exc.message, version=exc.version)
        if isinstance(exc, VersionUnsaidError):
            return problem(428, exc.code, "Say what you have read", str(exc))
        if isinstance(exc, NotAllowed):
            return problem(403, exc.code, "This may not be done", exc.message)
        if isinstance(exc, STORE_ERRORS):
            response = problem(503, StoreUnavailable.code, "The check cannot be made right now")
            response["Retry-After"] = str(RETRY_SECONDS)
            return response
        return _as_problem(exc, super().handle_exception(exc))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the framework's signature)
        """As ever, and for this reader alone."""
        return uncached(super().finalize_response(request, response, *args, **kwargs))


def _as_problem(exc: Exception, response: Response) -> Any:  # noqa: ANN401 (two kinds of response)
    """What the framework answers to an error of its own, with its headers."""
    known = {Http404: exceptions.NotFound, PermissionDenied: exceptions.PermissionDenied}
    error = next((made() for kind, made in known.items() if isinstance(exc, kind)), exc)
    if not isinstance(error, exceptions.APIException):
        return response
    status = response.status_code
    answer = problem(status, error.default_code, status_phrase(status), _text_of(error, exc))
    for name, value in response.headers.items():
        answer.headers.setdefault(name, value)
    return answer


def _text_of(error: exceptions.APIException, exc: Exception) -> str:
    # Http404 says what was not found; a bare one says nothing.
    return str(exc) if error is not exc and str(exc) else str(error.detail)


def object_of(request: Request) -> dict[str, Any]:
    """The body, a JSON object. Raises InvalidInput for anything else."""
    if not isinstance(request.data, dict):
        raise InvalidInput("", "Send an object.")
    return request.data


def check_form(form: forms.Form) -> None:
    """Let a valid form pass. Raises InvalidInput for its first mistake."""
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise InvalidInput("" if field == NON_FIELD_ERRORS else field, str(errors[0]))
