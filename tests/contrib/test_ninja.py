"""Operations of django-ninja are guarded where the API knows who asks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import AsyncClient
from django.urls import include, path
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer, django_auth

from otpguard.contrib.ninja import operation_requires
from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.stepup import step_up
from tests.store_down import store_down

api = NinjaAPI(urls_namespace="ninja-tests", docs_url=None, openapi_url=None)
ran: list[str] = []


class Key(Schema):
    """What a key is made from."""

    name: str


class ByToken(HttpBearer):
    """Takes any token for the account it names, as careless authenticators do."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        request.user = get_user_model().objects.get(pk=token)
        return request.user


@api.post("/keys", auth=django_auth)
@operation_requires("api_key", target=lambda _request, payload: f"key '{payload.name}'")
def create_key(request: HttpRequest, payload: Key) -> dict[str, str]:
    ran.append(payload.name)
    return {"created": payload.name}


@api.post("/grant", auth=django_auth)
@operation_requires("role_grant")
def grant_role(request: HttpRequest, payload: Key) -> dict[str, str]:
    ran.append(payload.name)
    return {"admin": payload.name}


@api.post("/by-token", auth=[ByToken()])
@operation_requires("api_key")
def by_token(request: HttpRequest) -> dict[str, str]:
    ran.append("by token")
    return {}


@api.post("/nobody-asked")
@operation_requires("api_key")
def without_auth(request: HttpRequest) -> dict[str, str]:
    ran.append("without auth")
    return {}


@api.post("/async")
@operation_requires("api_key")
async def asynchronous(request: HttpRequest) -> dict[str, str]:
    ran.append("async")
    return {}


urlpatterns = [
    path("ninja/", api.urls),
    path("security/", include("otpguard.urls")),
]


@pytest.fixture
def ninja(host: Host, settings: Any) -> Iterator[Host]:
    settings.ROOT_URLCONF = sys.modules[__name__].__name__
    ran.clear()
    yield host
    ran.clear()


def post(host: Host, url: str, name: str = "ci", **headers: str) -> Any:
    return host.client.post(url, {"name": name}, "application/json", headers=headers)


def test_without_a_proof_the_operation_does_not_run(ninja: Host) -> None:
    refused = post(ninja, "/ninja/keys")
    assert refused.status_code == 401
    assert refused.json()["code"] == "step_up_required"
    assert refused.json()["target"] == "key 'ci'"
    assert ran == []
    assert Event.objects.filter(kind="checkpoint.required").count() == 1


@pytest.mark.parametrize("debug", [False, True])
def test_after_the_step_up_the_same_call_passes(ninja: Host, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug  # the API answers errors with a traceback then
    assert step_up(ninja.client, post(ninja, "/ninja/keys")).status_code < 500
    assert post(ninja, "/ninja/keys").json() == {"created": "ci"}
    assert ran == ["ci"]


def test_a_bound_proof_serves_one_call_and_no_other_body(ninja: Host) -> None:
    step_up(ninja.client, post(ninja, "/ninja/grant", "ada"))
    assert post(ninja, "/ninja/grant", "eve").status_code == 401
    assert post(ninja, "/ninja/grant", "ada").status_code == 200
    assert post(ninja, "/ninja/grant", "ada").status_code == 401
    assert ran == ["ada"]


def test_a_bearer_token_is_no_presence_even_beside_the_person_s_own_cookie(ninja: Host) -> None:
    pass_step_up(ninja.client)
    refused = post(ninja, "/ninja/by-token", Authorization=f"Bearer {ninja.user.pk}")
    assert (refused.status_code, ran) == (401, [])


def test_an_operation_that_checks_no_csrf_token_lets_no_proof_count(ninja: Host) -> None:
    pass_step_up(ninja.client)
    assert post(ninja, "/ninja/nobody-asked").status_code == 401
    assert ran == []


@pytest.mark.django_db(transaction=True)
def test_an_async_operation_is_guarded_as_well(ninja: Host) -> None:
    pass_step_up(ninja.client)
    client = AsyncClient()
    client.cookies = ninja.client.cookies
    refused = async_to_sync(client.post)("/ninja/async")
    assert (refused.status_code, ran) == (401, [])


@pytest.mark.django_db(transaction=True)
def test_without_a_store_nothing_runs(ninja: Host, settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    client = factories.login(ninja.another_client(), ninja.user, ninja.tenant)
    pass_step_up(client)
    client.raise_request_exception = False
    with store_down():
        answer = client.post("/ninja/keys", {"name": "ci"}, "application/json")
    assert answer.status_code >= 500  # the API's own authentication meets it first
    assert ran == []


def test_an_unknown_checkpoint_is_an_error_at_import() -> None:
    with pytest.raises(ImproperlyConfigured, match="api_key"):
        operation_requires("api_kye")
