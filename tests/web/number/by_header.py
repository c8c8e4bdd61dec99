"""A middleware of the host that finds the tenant of visitors too, as a subdomain would."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class TenantByHeader:
    """`request.tenant` is what the header X-Tenant says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = request.headers.get("X-Tenant")
        return self.get_response(request)
