"""The API's description: whole, without a warning, and what the API really answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft4Validator

from otpguard.api.description import describe
from otpguard.api.urls import VIEWS
from otpguard.core.problem_codes import FROM_GUARDS, FROM_THE_API
from otpguard.models import EnrollmentRule
from tests import factories
from tests.api.described import FILE, written
from tests.host import Host
from tests.stepup import step_up

PREFIX = "/security/api"
API = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return describe(VIEWS, prefix=PREFIX)


def methods(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for path in document["paths"].values() for each in path.values()]


def check(document: dict[str, Any], path: str, response: Any, method: str = "get") -> None:
    """Hold an answer against what the description says of it. Raises ValidationError."""
    described = document["paths"][path][method]["responses"][str(response.status_code)]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
    [(kind, content)] = described["content"].items()
    assert response["Content-Type"] == kind
    # OpenAPI 3.0 says nullable where JSON Schema says null.
    schema = nullable({**content["schema"], "components": document["components"]})
    Draft4Validator(schema).validate(response.json())
    if "$ref" in content["schema"]:
        name = content["schema"]["$ref"].rpartition("/")[2]
        known = document["components"]["schemas"][name]["properties"]
        assert response.json().keys() <= known.keys(), "an answer has members of which nothing says"


def nullable(schema: Any) -> Any:
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: nullable(each) for name, each in schema.items()}
    if schema.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, inner]}
    return inner


def test_the_description_is_valid_and_made_without_a_warning() -> None:
    made = describe(VIEWS, prefix=PREFIX)
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    validate_schema(made)


def test_the_file_that_is_checked_in_is_the_description(document: dict[str, Any]) -> None:
    assert FILE.read_text("utf-8") == written(document), "run: python -m tests.api.described"


def test_an_id_in_a_path_is_described_as_its_url_has_it(document: dict[str, Any]) -> None:
    described = {
        each["name"]: each["schema"]
        for method in methods(document)
        for each in method.get("parameters", [])
        if each["in"] == "path"
    }
    assert described["stream_id"] == {"type": "string", "format": "uuid"}
    assert described["user_id"] == described["checkpoint"] == {"type": "string"}


def test_every_method_has_a_name_of_its_own_a_summary_and_a_tag(document: dict[str, Any]) -> None:
    names = [each["operationId"] for each in methods(document)]
    assert len(names) == len(set(names)) > 0
    assert all(each["summary"] and each["tags"] for each in methods(document))
    assert all(name.startswith("otpguard_") for name in names)


def test_every_problem_is_a_shared_component(document: dict[str, Any]) -> None:
    for each in methods(document):
        problems = {status for status in each["responses"] if status >= "400"}
        assert {"401", "403", "503"} <= problems
        for status in problems:
            ref = each["responses"][status]["$ref"]
            assert ref == f"#/components/responses/OtpguardProblem{status}"
    shared = document["components"]["responses"]
    told = "".join(each["description"] for each in shared.values())
    for code, kind in {**FROM_GUARDS, **FROM_THE_API}.items():
        if {str(status) for status in kind.statuses} & {name[-3:] for name in shared}:
            assert f"`{code}`" in told


def test_a_hosts_own_description_takes_the_api_in_without_a_warning() -> None:
    made = SchemaGenerator(urlconf="tests.urls").get_schema(public=True)
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    assert "/security/api/coverage/" in made["paths"]


@pytest.mark.parametrize(
    "path",
    ["/policies/{checkpoint}/", "/exceptions/", "/coverage/", "/costs/", "/enrollment/"],
)
def test_what_an_admin_reads_is_as_described(
    host: Host, document: dict[str, Any], path: str
) -> None:
    EnrollmentRule.objects.create(
        tenant=host.tenant, role="", starts_at=timezone.now(), grace_days=3
    )
    url = PREFIX + path.replace("{checkpoint}", "api_key")
    check(document, path, host.client.get(url, headers=API))


def test_what_is_read_about_members_is_as_described(host: Host, document: dict[str, Any]) -> None:
    member = factories.member(host.tenant)
    factories.phone_factor(member.user)
    url = f"{PREFIX}/members/{member.user_id}/factors/"
    refused = host.client.get(url, headers=API)
    check(document, "/members/{user_id}/factors/", refused)
    step_up(host.client, refused)
    check(document, "/members/{user_id}/factors/", host.client.get(url, headers=API))
    approvals = host.client.get(f"{PREFIX}/approvals/", headers=API)
    check(document, "/approvals/", approvals)


def sent(client: Client, method: str, url: str, body: Any) -> Any:
    """A change, stepped up for."""
    call = getattr(client, method)
    refused = call(PREFIX + url, json.dumps(body), "application/json", headers=API)
    assert refused.status_code == 401, refused.content
    step_up(client, refused)
    return call(PREFIX + url, json.dumps(body), "application/json", headers=API)


def test_what_changes_answer_is_as_described(host: Host, document: dict[str, Any]) -> None:
    member = factories.member(host.tenant)
    factories.phone_factor(member.user)
    wished = sent(host.client, "put", "/policies/api_key/", {"ttl": 900})
    check(document, "/policies/{checkpoint}/", wished, "put")
    rule = sent(host.client, "put", "/enrollment/admin/", {"level": "AAL2", "grace_days": 3})
    check(document, "/enrollment/{role}/", rule, "put")
    url = f"/members/{member.user_id}/reset/"
    reset = sent(host.client, "post", url, {"reason": "lost"})
    check(document, "/members/{user_id}/reset/", reset, "post")


def test_refusals_are_as_described(host: Host, document: dict[str, Any]) -> None:
    wrong = host.client.put(f"{PREFIX}/policies/api_key/", "[1]", "application/json", headers=API)
    check(document, "/policies/{checkpoint}/", wrong, "put")
    unknown = host.client.get(f"{PREFIX}/policies/no_such/", headers=API)
    check(document, "/policies/{checkpoint}/", unknown)
    stranger = Client().get(f"{PREFIX}/coverage/", headers=API)
    check(document, "/coverage/", stranger)
