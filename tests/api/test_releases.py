"""A tenant's admin sees and cancels its exports over the API, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Membership
from tests import factories
from tests.host import Host
from tests.releasing import files, jobs, ready

__all__ = ["jobs"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]

URL = "/security/api/releases/"
API = {"Accept": "application/json"}


def get(client: Client) -> Any:
    return client.get(URL, headers=API)


def test_the_list_has_the_tenants_exports_and_no_secrets(host: Host) -> None:
    _, release = ready(Membership.objects.get(user=host.user))
    ready()
    (found,) = get(host.client).json()["exports"]
    assert (found["id"], found["state"], found["rows"]) == (str(release.pk), "ready", 2)
    assert not {"key", "file", "arguments"} & set(found)
    assert release.file not in str(found)


def test_an_admin_cancels_and_a_second_time_changes_nothing(host: Host) -> None:
    _, release = ready(Membership.objects.get(user=host.user))
    for _ in range(2):
        answer = host.client.post(f"{URL}{release.pk}/cancel/", headers=API)
        assert (answer.status_code, answer.json()["state"]) == (200, "canceled")
    assert files() == []


def test_another_tenants_export_is_not_there(host: Host) -> None:
    _, foreign = ready()
    assert host.client.post(f"{URL}{foreign.pk}/cancel/", headers=API).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "ready"


def test_only_an_admin_may_ask(host: Host, client: Client) -> None:
    _, release = ready(Membership.objects.get(user=host.user))
    assert get(client).status_code in {401, 403}
    factories.login(client, factories.member(host.tenant).user, host.tenant)
    assert get(client).status_code == 403
    assert client.post(f"{URL}{release.pk}/cancel/", headers=API).status_code == 403
    release.refresh_from_db()
    assert release.state == "ready"
