"""A proof that a host puts in place."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard import testing
from otpguard.core import shipped_kinds
from otpguard.http.session import KEY
from otpguard.models import Grant
from tests import factories
from tests.guarded import ran
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_a_proof_that_is_put_in_place_opens_the_guarded_view(host: Host) -> None:
    assert host.client.get("/billing/").status_code == 303
    grant = testing.pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    assert ran == ["billing by GET"]
    assert (grant.sid, grant.tenant_id) == (host.client.session[KEY]["sid"], str(host.tenant.pk))


def test_a_passkey_reaches_what_a_text_message_does_not(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PRESET": "enterprise"}
    testing.pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 303
    testing.pass_step_up(host.client, method=shipped_kinds.BY_PASSKEY)
    assert host.client.get("/billing/").status_code == 200


def test_a_proof_outside_any_tenant_is_one_of_the_site(host: Host) -> None:
    factories.select(host.client, None)
    assert testing.pass_step_up(host.client).tenant is None


def test_a_bound_proof_has_one_use(host: Host) -> None:
    bound = testing.pass_step_up(host.client, intent="digest")
    free = testing.pass_step_up(host.client)
    assert (bound.intent, bound.uses_left) == ("digest", 1)
    assert (free.intent, free.uses_left) == ("", None)


def test_a_client_that_was_logged_in_by_force_can_prove_as_well(host: Host, client: Any) -> None:
    client.force_login(host.user)
    factories.select(client, host.tenant)
    testing.pass_step_up(client)
    assert client.get("/billing/").status_code == 200


def test_without_a_login_there_is_nothing_to_prove_for(client: Any) -> None:
    with pytest.raises(KeyError):
        testing.pass_step_up(client)
    assert Grant.objects.count() == 0
