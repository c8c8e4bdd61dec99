"""The same keys by Django REST framework, for scripts and `otpguard.fetch`; and what a key of
otpguard's own opens."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from demo_project import minting, tenancy
from demo_project.exports import COLUMNS
from demo_project.forms import KeyForm
from demo_project.models import Contact
from otpguard import keys
from otpguard.api.key_authentication import KeyAuthentication
from otpguard.models import KeyRecord, Membership


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


class MayRead(BasePermission):
    """Lets in a key whose scope is to read or more."""

    def has_permission(self, request: Request, _view: APIView) -> bool:
        """Whether the caller is such a key."""
        return isinstance(request.auth, KeyRecord) and request.auth.scope in {"read", "write"}


class ContactsView(APIView):
    """GET lists the contacts of the organization whose key calls."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [MayRead]

    def get(self, request: Request) -> Response:
        """The contacts of that tenant and of no other."""
        key = request.auth
        assert isinstance(key, KeyRecord)  # noqa: S101 (MayRead has looked)
        rows = Contact.objects.filter(tenant=key.tenant_id)
        return Response(list(rows.values(*COLUMNS)))


def _membership(request: Request) -> Membership:
    membership = tenancy.current(request._request)  # noqa: SLF001 (the framework's own request)
    if membership is None or not {tenancy.ADMIN, tenancy.API_ADMIN} & set(membership.roles):
        raise PermissionDenied
    return membership
