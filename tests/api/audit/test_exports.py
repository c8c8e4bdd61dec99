"""An admin asks for the own log as a file over the API, after a proof."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Release
from tests import factories
from tests.flows.audit.logging import TWO, begin, seal, write
from tests.host import Host
from tests.releasing import jobs, made
from tests.stepup import step_up

__all__ = ["jobs"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
URL = "/security/api/audit/exports/"
API = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _sealed(host: Host) -> None:
    begin()
    write(host.tenant.pk, 3)
    write(TWO, 5)
    seal()


def ask(client: Client, **body: Any) -> Any:
    return client.post(URL, body, headers=API, content_type="application/json")


def test_without_a_proof_it_is_asked_for_and_nothing_is_made(host: Host) -> None:
    assert ask(host.client, format="csv").status_code == 401
    assert not Release.objects.exists()


def test_after_a_proof_the_file_has_the_own_log_alone(host: Host) -> None:
    step_up(host.client, ask(host.client, format="jsonl"))
    answer = ask(host.client, format="jsonl")
    assert (answer.status_code, answer.json()["job"]) == (201, "audit_log_jsonl")
    release = made(Release.objects.get())
    assert (release.state, release.tenant_id) == ("ready", host.tenant.pk)
    assert 3 <= release.rows < 8


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"format": "pdf"},
        {"format": "csv", "tenant": str(TWO)},
        {"format": "csv", "kind": "moon.landed"},
        {"format": "bundle", "kind": "key.created"},
    ],
)
def test_what_is_wrong_is_named_before_a_proof_is_asked_for(
    host: Host, body: dict[str, str]
) -> None:
    answer = ask(host.client, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_only_an_admin_may_ask(host: Host, client: Client) -> None:
    assert ask(client, format="csv").status_code in {401, 403}
    factories.login(client, factories.member(host.tenant).user, host.tenant)
    assert ask(client, format="csv").status_code == 403
    assert not Release.objects.exists()


def test_reading_is_no_method_of_it(host: Host) -> None:
    assert host.client.get(URL, headers=API).status_code == 405
