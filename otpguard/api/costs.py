"""What the messages of the caller's tenant cost in a month: for its admins."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.api.views import IsTenantAdmin
from otpguard.http.facts import facts_from
from otpguard.http.problems import problem
from otpguard.models import Tenant
from otpguard.reports.costs import Costs, costs, read_month


class IsCostReader(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may read what its messages cost."


class CostsView(APIView):
    """The costs of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsCostReader]

    def get(self, request: Request) -> Any:  # noqa: ANN401 (two kinds of response)
        """One month's messages and micro-dollars: in all, and by channel and provider.

        `?month=2026-01`; without it the month that it is. 400 for what is no month.
        """
        facts = facts_from(request._request, user=request.user)  # noqa: SLF001 (DRF's own request)
        asked = request.query_params.get("month", f"{facts.now:%Y-%m}")
        try:
            month = read_month(asked)
        except ValueError as error:
            detail = f"{error}, such as 2026-01"
            return problem(400, "invalid_month", "No such month", detail, field="month")
        return Response(_document(costs(month=month, tenant=Tenant.objects.get(pk=facts.tenant))))


def _document(found: Costs) -> dict[str, Any]:
    return {
        "month": f"{found.month:%Y-%m}",
        "currency": "USD",
        "messages": found.messages,
        "cost_micros": found.micros,
        "routes": [
            {
                "channel": line.channel,
                "provider": line.provider,
                "messages": line.messages,
                "cost_micros": line.micros,
            }
            for line in found.lines
        ],
    }
