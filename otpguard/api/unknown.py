"""What is said at addresses of the API where nothing is: a problem, as everywhere in the API.

Without it a part of a path that is no UUID, or has a slash, is answered by the host's own page.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.request import Request

from otpguard.api.base import ProblemView


class UnknownView(ProblemView):
    """Any method and any caller: who asks is not looked at. Having no method, it is described
    nowhere."""

    authentication_classes = []
    permission_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (the framework's signature)
        """Raises Http404, always and before a method is looked for."""
        super().initial(request, *args, **kwargs)
        raise Http404
