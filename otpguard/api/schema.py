"""The description at `api/schema/`, which needs drf-spectacular (`otpguard[api]`).

Without that package everything else of the API is the same, and this URL does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, can_describe
from otpguard.api.documents import DescribedDocument
from otpguard.api.operation import Operation


class SchemaView(ProblemView):
    """The API as OpenAPI 3."""

    permission_classes = [IsAuthenticated]
    patterns: ClassVar[Sequence[URLPattern]] = ()
    operations = {
        "GET": Operation(
            name="read_schema",
            summary="This description",
            tag="API",
            answers={200: DescribedDocument},
        )
    }

    def get_renderers(self) -> list[BaseRenderer]:
        """JSON, whatever the project's are."""
        return [JSONRenderer()]

    def get(self, _request: Request) -> Response:
        """The whole description, the same for everybody who is logged in."""
        describe: Callable[..., dict[str, Any]] = import_string("otpguard.api.description.describe")
        prefix = reverse("otpguard:api-index").rstrip("/")
        return Response(describe(self.patterns, prefix=prefix))


def schema_urls(patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """The URL of the description of these patterns; none without the package."""
    if not can_describe():
        return []
    return [path("schema/", SchemaView.as_view(patterns=tuple(patterns)), name="api-schema")]
