"""The API as OpenAPI, by drf-spectacular: imported only where that package is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings as django_settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import Serializer

from otpguard.api.operation import USUAL_PROBLEMS, Describes, Operation
from otpguard.api.problem_schemas import PROBLEM, PROBLEM_SCHEMA, problem_response, status_name

JSON = "application/json"
VERSION = "1"
"""Of the API: raised when a client that works would break."""
SESSION = "OtpguardSession"
KEY = "OtpguardKey"
_INTRODUCTION = """\
Policies, enrollment, members and costs of a tenant, for its administrators.

Every error is a problem document (RFC 9457), whose `code` is stable. A change, and whatever is
about members, needs a step-up: the answer is 401 with the code `step_up_required` and a
`challenge_url`, where a person proves who they are in a browser. Then repeat the call.
"""


class DescribedSchema(AutoSchema):
    """Reads what a view states in its `operations`; nothing is guessed from code."""

    @property
    def operation(self) -> Operation:
        """Of the method at hand."""
        return cast("Describes", self.view).operation_of(self.method)

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the package's signature)
        """With the problems that may be answered, as shared components."""
        described: dict[str, Any] = super().get_operation(*args, **kwargs) or {}
        for status in sorted({*USUAL_PROBLEMS, *self.operation.problems}):
            described["responses"][str(status)] = self._shared(
                ResolvedComponent.RESPONSE, status_name(status), problem_response(status)
            )
        self._shared(ResolvedComponent.SCHEMA, PROBLEM, PROBLEM_SCHEMA)
        return described

    def get_operation_id(self) -> str:
        """Ours, so that it collides with none of a host's."""
        return f"otpguard_{self.operation.name}"

    def get_summary(self) -> str:
        """One line."""
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # as the package has it
        """What it asks a proof for."""
        checkpoint = self.operation.checkpoint
        return f"Needs a step-up for `{checkpoint}`." if checkpoint else ""

    def get_tags(self) -> list[str]:
        """One."""
        return [self.operation.tag]

    def get_auth(self) -> list[dict[str, Any]]:
        """A login by session, or a key: how else people may log in is the host's own matter."""
        if self.operation.by_key:
            bearer = {"type": "http", "scheme": "bearer", "description": "A key of otpguard's."}
            self._shared(ResolvedComponent.SECURITY_SCHEMA, KEY, bearer)
            return [{KEY: []}]
        scheme = {"type": "apiKey", "in": "cookie", "name": django_settings.SESSION_COOKIE_NAME}
        self._shared(ResolvedComponent.SECURITY_SCHEMA, SESSION, scheme)
        return [{SESSION: []}]

    def get_request_serializer(self) -> Any:  # noqa: ANN401 (the package's signature)
        """JSON alone."""
        body = self.operation.body
        if body is None:
            return {}
        return {JSON: body if body().fields else OpenApiTypes.OBJECT}

    def get_response_serializers(self) -> Any:  # noqa: ANN401 (the package's signature)
        """By status."""
        return {
            (status, JSON): OpenApiResponse(document, description=_first_line(document))
            for status, document in self.operation.answers.items()
        }

    def get_override_parameters(self) -> list[Any]:
        """Those of the path and those of the query."""
        path = [
            OpenApiParameter(name, self._type_of(name), OpenApiParameter.PATH, description=text)
            for name, text in self.operation.path.items()
        ]
        query = [
            OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=text)
            for name, text in self.operation.query.items()
        ]
        return [*path, *query]

    def _type_of(self, name: str) -> OpenApiTypes:
        """Of a part of the path, as its URL has it."""
        return OpenApiTypes.UUID if f"<uuid:{name}>" in self.path_regex else OpenApiTypes.STR

    def get_serializer_name(self, serializer: Serializer[Any], direction: Any) -> str:  # noqa: ANN401 (the package's)
        """Ours, so that it collides with none of a host's."""
        name = super().get_serializer_name(serializer, direction)
        return f"Otpguard{name.removesuffix('Document')}"

    def _shared(self, kind: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(name=name, type=kind, schema=schema, object=name)  # type: ignore[no-untyped-call]  # the package types no more of it
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference


def describe(patterns: Sequence[Any], *, prefix: str) -> dict[str, Any]:
    """The description of these URLs, as one OpenAPI document; `prefix` is where they are mounted.

    It is the same for everybody: what a caller may do is not looked at.
    """
    generator = SchemaGenerator(patterns=list(patterns))  # type: ignore[no-untyped-call]  # the package types no more of it
    document: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]  # the package types no more of it
    document["info"] = {
        "title": "otpguard",
        "version": VERSION,
        "description": _INTRODUCTION,
    }
    document["servers"] = [{"url": prefix}]
    return document


def _first_line(document: type[object] | None) -> str:
    return (document.__doc__ or "").splitlines()[0] if document else "Done."
