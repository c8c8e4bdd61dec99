"""The same keys by Django REST framework, for scripts and `otpguard.fetch`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from demo_project import minting, tenancy
from demo_project.forms import KeyForm
from otpguard import keys
from otpguard.models import Membership


class KeysView(APIView):
    """POST creates a key. A refusal is a problem document (RFC 9457) with a `challenge_url`."""

    permission_classes = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        """Validate, guard, create: in this order."""
        membership = _membership(request)
        form = KeyForm(membership.tenant, request.data)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        wanted: dict[str, Any] = form.cleaned_data
        passed = keys.require_for_key(request, "create", **wanted)
        key, secret = minting.mint(tenant=membership.tenant, user=membership.user, **wanted)
        keys.record_key(request, "create", minting.told(key), passed=passed)
        return Response(
            {"id": key.pk, "name": key.name, "environment": key.environment, "secret": secret},
            status=201,
        )


def _membership(request: Request) -> Membership:
    membership = tenancy.current(request._request)  # noqa: SLF001 (the framework's own request)
    if membership is None or not {tenancy.ADMIN, tenancy.API_ADMIN} & set(membership.roles):
        raise PermissionDenied
    return membership
