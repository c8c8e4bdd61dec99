"""Programs that call by a key: who they are, and what they never are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.api.key_authentication import KeyAuthentication
from otpguard.flows.key.own_key import create_key, delete_key
from otpguard.models import KeyRecord
from tests import factories
from tests.host import Host

pytestmark = pytest.mark.django_db


class Api(APIView):
    """Says which key calls."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        return Response({"scope": request.auth.scope, "tenant": request.auth.tenant.slug})


@pytest.fixture
def made() -> tuple[KeyRecord, str]:
    member = factories.member(factories.tenant("acme"))
    facts = factories.facts(member.user, member.tenant)
    return create_key(facts=facts, name="ci", environment="test", scope="read")


def ask(authorization: str) -> Any:
    headers = {"HTTP_AUTHORIZATION": authorization} if authorization else {}
    return Api.as_view()(RequestFactory().get("/", **headers))


def test_a_key_is_let_in_with_its_scope_and_tenant(made: tuple[KeyRecord, str]) -> None:
    answer = ask(f"Bearer {made[1]}")
    assert (answer.status_code, answer.data) == (200, {"scope": "read", "tenant": "acme"})


@pytest.mark.parametrize("scheme", ["", "Basic YTpi"])
def test_without_a_key_the_answer_says_what_is_wanted(scheme: str) -> None:
    answer = ask(scheme)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("wrong", ["deleted", "typo", "two words", "none", "other letters"])
def test_all_wrong_keys_are_refused_in_the_same_words(
    made: tuple[KeyRecord, str], wrong: str
) -> None:
    row, secret = made
    if wrong == "deleted":
        delete_key(facts=factories.facts(row.created_by, row.tenant), key=row)
    shown = {
        "deleted": secret,
        "typo": secret[:-1] + ("0" if secret[-1] != "0" else "1"),
        "two words": f"{secret} {secret}",
        "none": "",
        "other letters": "é" * 8,
    }[wrong]
    answer = ask(f"Bearer {shown}")
    assert answer.status_code == 401
    assert str(answer.data["detail"]) == "This key is not valid."


def test_a_key_is_no_person_and_has_no_rights(made: tuple[KeyRecord, str]) -> None:
    request = Request(RequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {made[1]}"))
    caller, key = KeyAuthentication().authenticate(request) or (None, None)
    assert key == made[0]
    assert (caller.pk, caller.is_staff, caller.is_superuser) == ("", False, False)
    assert not caller.has_perm("auth.change_user")
    assert not caller.has_perms(["auth.change_user"])
    assert not caller.has_module_perms("auth")
    assert made[1] not in repr(caller)


def test_a_key_never_passes_a_guard(
    host: Host, made: tuple[KeyRecord, str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("tests.guarded.Keys.authentication_classes", [KeyAuthentication])
    answer = Client().get(
        "/api/keys/", headers={"authorization": f"Bearer {made[1]}", "accept": "application/json"}
    )
    assert answer.status_code in {401, 403}
    assert answer["Content-Type"] == "application/problem+json"
