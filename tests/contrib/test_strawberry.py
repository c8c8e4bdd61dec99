"""A guarded field of GraphQL is asked for before any resolver runs; one proof, one field."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import AsyncGraphQLView, GraphQLView

from otpguard.contrib.strawberry import (
    ONE_FIELD,
    AsyncStepUpExtension,
    GuardedField,
    StepUpExtension,
    request_of,
)
from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests.host import Host
from tests.stepup import step_up

ran: list[str] = []


def of_key(arguments: dict[str, Any]) -> str:
    return f"key '{arguments['name']}'"


@strawberry.type
class Team:
    @strawberry.field(extensions=[GuardedField("api_key")])
    def secret(self) -> str:
        ran.append("nested")
        return "secret"


@strawberry.type
class Query:
    @strawberry.field
    def ping(self) -> str:
        ran.append("ping")
        return "pong"

    @strawberry.field
    def team(self) -> Team:
        return Team()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> str:
        ran.append("touch")
        return "touched"

    @strawberry.mutation(extensions=[GuardedField("api_key", target=of_key)])
    def create_key(self, name: str) -> str:
        ran.append(name)
        return name

    @strawberry.mutation(extensions=[GuardedField("role_grant")])
    def grant_role(self, name: str) -> str:
        ran.append(name)
        return name


@strawberry.type
class AsyncMutation:
    @strawberry.mutation(extensions=[GuardedField("api_key")])
    async def create_key(self, name: str) -> str:
        ran.append(name)
        return name


schema = strawberry.Schema(Query, Mutation, extensions=[StepUpExtension])
forgetful = strawberry.Schema(Query, Mutation)
async_schema = strawberry.Schema(Query, AsyncMutation, extensions=[AsyncStepUpExtension])

urlpatterns = [
    path(
        "graphql/", csrf_exempt(GraphQLView.as_view(schema=schema, multipart_uploads_enabled=True))
    ),
    path("forgetful/", csrf_exempt(GraphQLView.as_view(schema=forgetful))),
    path("async/", csrf_exempt(AsyncGraphQLView.as_view(schema=async_schema))),
    path("security/", include("otpguard.urls")),
]

CREATE = 'mutation { createKey(name: "ci") }'
GRANT = 'mutation G($name: String = "eve") { grantRole(name: $name) }'


@pytest.fixture
def graph(host: Host, settings: Any) -> Iterator[Host]:
    settings.ROOT_URLCONF = sys.modules[__name__].__name__
    ran.clear()
    yield host
    ran.clear()


def ask(host: Host, query: str, *, url: str = "/graphql/", **variables: str) -> Any:
    body = {"query": query, "variables": variables}
    return host.client.post(url, body, "application/json").json()


def problem_of(answer: Any) -> Any:
    [error] = answer["errors"]
    return error["extensions"]


def confirm(host: Host, answer: Any) -> None:
    url = problem_of(answer)["challenge_url"].removeprefix("http://testserver")
    step_up(host.client, url)


def test_a_refusal_comes_before_the_first_resolver_with_the_problem_document(graph: Host) -> None:
    answer = ask(graph, 'mutation { touch createKey(name: "ci") }')
    problem = problem_of(answer)
    assert (problem["code"], problem["target"]) == ("step_up_required", "key 'ci'")
    assert ran == []
    assert Event.objects.filter(kind="checkpoint.required").count() == 1


def test_after_the_step_up_the_same_call_passes(graph: Host) -> None:
    confirm(graph, ask(graph, CREATE))
    assert ask(graph, CREATE) == {"data": {"createKey": "ci"}}


def test_what_is_not_guarded_asks_nothing(graph: Host) -> None:
    assert ask(graph, "{ ping }") == {"data": {"ping": "pong"}}


@pytest.mark.parametrize(
    "query",
    [
        'mutation { a: createKey(name: "a") b: createKey(name: "b") }',
        'mutation { createKey(name: "a") grantRole(name: "b") }',
        'mutation { ...F ...F } fragment F on Mutation { createKey(name: "a") }',
        'mutation { ... on Mutation { createKey(name: "a") } b: createKey(name: "b") }',
    ],
)
def test_one_proof_serves_one_guarded_field_whatever_it_is_called(graph: Host, query: str) -> None:
    pass_step_up(graph.client)
    assert problem_of(ask(graph, query))["code"] == ONE_FIELD
    assert ran == []


def test_two_names_of_one_field_are_two_fields(graph: Host) -> None:
    pass_step_up(graph.client)
    two = 'mutation { a: createKey(name: "a") b: createKey(name: "b") }'
    assert problem_of(ask(graph, two))["code"] == ONE_FIELD


def test_a_bound_proof_is_of_the_values_that_the_field_gets(graph: Host) -> None:
    confirm(graph, ask(graph, GRANT, name="ada"))
    assert "errors" in ask(graph, GRANT)  # the default of the variable is another value
    assert ask(graph, GRANT, name="ada") == {"data": {"grantRole": "ada"}}
    assert "errors" in ask(graph, GRANT, name="ada")
    assert ran == ["ada"]


def test_a_field_in_a_schema_without_the_extension_fails(graph: Host) -> None:
    pass_step_up(graph.client)
    answer = ask(graph, CREATE, url="/forgetful/")
    assert "StepUpExtension" in answer["errors"][0]["message"]
    assert ran == []


def test_a_guarded_field_below_the_root_fails(graph: Host) -> None:
    pass_step_up(graph.client)
    assert "root type" in ask(graph, "{ team { secret } }")["errors"][0]["message"]
    assert ran == []


def test_a_form_of_another_site_lets_no_proof_count(graph: Host) -> None:
    pass_step_up(graph.client)
    fields = {"operations": '{"query": "mutation { createKey(name: \\"ci\\") }"}', "map": "{}"}
    answer = graph.client.post("/graphql/", fields).json()
    assert problem_of(answer)["status"] == 401
    assert ran == []


@pytest.mark.django_db(transaction=True)
def test_an_async_view_is_guarded_as_well(graph: Host) -> None:
    client = AsyncClient()
    client.cookies = graph.client.cookies
    send = async_to_sync(client.post)
    refused = send("/async/", {"query": CREATE}, "application/json")
    assert problem_of(refused.json())["code"] == "step_up_required"
    pass_step_up(graph.client)
    assert send("/async/", {"query": CREATE}, "application/json").json()["data"] == {
        "createKey": "ci"
    }


def test_a_context_without_a_request_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured, match="over HTTP only"):
        request_of({"user": "ada"})
