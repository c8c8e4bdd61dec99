"""What the messages of the caller's tenant cost in a month: for its admins."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.base import ProblemView
from otpguard.api.operation import Operation
from otpguard.api.policy import IsTenantAdmin
from otpguard.exceptions import InvalidInput
from otpguard.http.facts import facts_of
from otpguard.models import Tenant
from otpguard.reports.costs import Costs, costs, read_month


class IsCostReader(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may read what its messages cost."


class CostsView(ProblemView):
    """The costs of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsCostReader]
    operations = {
        "GET": Operation(
            name="read_costs",
            summary="What the messages of a month cost",
            tag="Costs",
            answers={200: documents.CostsDocument},
            query={"month": "Such as 2026-01; the current month without it."},
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Response:
        """One month's messages and micro-dollars: in all, and by channel and provider.

        `?month=2026-01`; without it, the current month. 400 if it is not a month.
        """
        facts = facts_of(request)
        asked = request.query_params.get("month", f"{facts.now:%Y-%m}")
        try:
            month = read_month(asked)
        except ValueError as error:
            raise InvalidInput("month", f"{error}, such as 2026-01") from None
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
