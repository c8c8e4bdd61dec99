"""The tokens of the caller's directory, for its admins: made, rotated, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api.base import ProblemView, check_form, object_of
from otpguard.api.directory import documents
from otpguard.api.operation import Operation
from otpguard.api.policy import IsTenantAdmin
from otpguard.core.registry import nearest
from otpguard.exceptions import InvalidInput
from otpguard.flows.scim.token import (
    NewToken,
    create_token,
    live_tokens,
    revoke_token,
    rotate_token,
)
from otpguard.forms.team.directory import USUAL_LIFE, DirectoryTokenForm, TokenSuccessorForm
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.models import ScimToken, Tenant

CHECKPOINT = "security_settings"
TAG = "Directory"
PATH = {"token_id": "The id of a token."}


class IsDirectoryAdmin(IsTenantAdmin):
    """An active admin of the request's tenant, by words that fit here."""

    message = "Only an admin of this organization may see or change its directory."


class DirectoryView(ProblemView):
    """A view about the directory of the caller's tenant."""

    permission_classes = [IsAuthenticated, IsDirectoryAdmin]

    def _given(self, request: Request, form_class: type[forms.Form]) -> Any:  # noqa: ANN401 (a form)
        """The body as a form that is valid. Raises InvalidInput."""
        given = object_of(request)
        known = list(form_class.base_fields)
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInput(unknown[0], f"no such field, {nearest(unknown[0], known)}")
        form = form_class(given)
        check_form(form)
        return form


class DirectoryTokensView(DirectoryView):
    """The tokens that open something."""

    operations = {
        "GET": Operation(
            name="list_directory_tokens",
            summary="The tokens of the organization's directory",
            tag=TAG,
            answers={200: documents.DirectoryTokenListDocument},
        ),
        "POST": Operation(
            name="create_directory_token",
            summary="Make a token for the organization's directory",
            tag=TAG,
            answers={201: documents.NewDirectoryTokenDocument},
            body=documents.DirectoryTokenBody,
            checkpoint=CHECKPOINT,
            problems=(400,),
        ),
    }

    def get(self, request: Request) -> Response:
        """All of them: there are few."""
        return Response({"tokens": [document_of(row) for row in live_tokens(facts_of(request))]})

    def post(self, request: Request) -> Response:
        """Make one: 201, 400 for a value that is wrong, 401 until the admin has stepped up."""
        form = self._given(request, DirectoryTokenForm)
        given, facts = form.cleaned_data, facts_of(request)
        require(request, CHECKPOINT, target=f"directory token {given['name']}")
        made = create_token(
            facts=facts,
            tenant=Tenant.objects.get(pk=facts.tenant),
            name=given["name"],
            scope=given["scope"],
            lifetime=form.lifetime,
        )
        return _made(made)


class DirectoryTokenView(DirectoryView):
    """One token."""

    operations = {
        "POST": Operation(
            name="rotate_directory_token",
            summary="Make the successor of a token; the old one goes on for as long as is said",
            tag=TAG,
            answers={201: documents.NewDirectoryTokenDocument},
            path=PATH,
            body=documents.DirectoryTokenSuccessorBody,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        ),
        "DELETE": Operation(
            name="end_directory_token",
            summary="End a token at once",
            tag=TAG,
            answers={200: documents.EndedTokenDocument},
            path=PATH,
            checkpoint=CHECKPOINT,
            problems=(400, 404),
        ),
    }

    def post(self, request: Request, token_id: UUID) -> Response:
        """The successor, with its secret."""
        row = _token(request, token_id)
        form = self._given(request, TokenSuccessorForm)
        require(request, CHECKPOINT, target=f"new secret of directory token {row.name}")
        overlap = timedelta(days=form.cleaned_data["overlap"])
        lifetime = timedelta(days=USUAL_LIFE)
        facts = facts_of(request)
        return _made(rotate_token(facts=facts, token=row, overlap=overlap, lifetime=lifetime))

    def delete(self, request: Request, token_id: UUID) -> Response:
        """End it."""
        row = _token(request, token_id)
        require(request, CHECKPOINT, target=f"end of directory token {row.name}")
        revoke_token(facts=facts_of(request), token=row)
        return Response({"ended": True})


def document_of(row: ScimToken) -> dict[str, Any]:
    """A token without its secret."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "scope": row.scope,
        "prefix": row.prefix,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "rotated_at": row.rotated_at,
        "used_at": row.used_at,
    }


def _token(request: Request, token_id: UUID) -> ScimToken:
    found = live_tokens(facts_of(request)).filter(pk=token_id).first()
    if found is None:
        raise Http404
    return found


def _made(made: NewToken) -> Response:
    return Response({**document_of(made.row), "secret": str(made.secret)}, status=201)
