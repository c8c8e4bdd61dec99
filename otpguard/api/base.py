"""What all views of the API share: our own errors as problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.http.problems import RETRY_SECONDS, problem
from otpguard.http.uncached import uncached
from otpguard.store_errors import STORE_ERRORS


class ProblemView(APIView):
    """A view whose flows raise: InvalidInput is 400, NotAllowed 403, StoreUnavailable 503."""

    def get_renderers(self) -> list[BaseRenderer]:
        """The project's, without pages whose templates it has not installed."""
        found = super().get_renderers()
        if apps.is_installed("rest_framework"):
            return found
        plain = [each for each in found if not isinstance(each, BrowsableAPIRenderer)]
        return plain or [JSONRenderer()]

    def handle_exception(self, exc: Exception) -> Any:  # noqa: ANN401 (two kinds of response)
        """Our own errors as problem documents; the framework's and refusals as ever."""
        if isinstance(exc, InvalidInput):
            return problem(400, exc.code, "A value is wrong", exc.message, field=exc.field)
        if isinstance(exc, RecursionError):
            # The framework's parser gives up that way over thousands of nested lists.
            return problem(400, InvalidInput.code, "A value is wrong", "It is nested too deeply.")
        if isinstance(exc, NotAllowed):
            return problem(403, exc.code, "This may not be done", exc.message)
        if isinstance(exc, STORE_ERRORS):
            response = problem(503, StoreUnavailable.code, "The check cannot be made right now")
            response["Retry-After"] = str(RETRY_SECONDS)
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the framework's signature)
        """As ever, and for this reader alone."""
        return uncached(super().finalize_response(request, response, *args, **kwargs))


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
