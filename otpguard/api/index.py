"""Where everything is: the first address of the API that somebody opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from django.urls import NoReverseMatch, URLPattern, reverse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView
from otpguard.api.documents import IndexDocument
from otpguard.api.operation import Operation

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class IndexView(ProblemView):
    """Paths by name, and where they are described."""

    permission_classes = [IsAuthenticated]
    patterns: ClassVar[Sequence[URLPattern]] = ()
    operations = {
        "GET": Operation(
            name="read_index",
            summary="Where everything is",
            tag="API",
            answers={200: IndexDocument},
        )
    }

    def get(self, request: Request) -> Response:
        """The same for everybody who is logged in; what they may do is not looked at."""
        links = {
            str(each.name).removeprefix("api-"): request.path + template(each)
            for each in self.patterns
        }
        try:
            schema = reverse("otpguard:api-schema")
        except NoReverseMatch:
            schema = None
        return Response({"schema": schema, "links": links})


def template(pattern: URLPattern) -> str:
    """The path of a pattern with its parameters in braces (RFC 6570)."""
    return _PARAMETER.sub(r"{\1}", str(pattern.pattern))
