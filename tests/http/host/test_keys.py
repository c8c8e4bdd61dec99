"""API keys behind their guard, as a host's view calls it."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard import keys
from otpguard.core.decision import Reason
from otpguard.core.shipped_kinds import BY_PASSKEY
from otpguard.exceptions import NotAllowed
from otpguard.http.guard_state import RequestRefused
from otpguard.models import KeyRecord
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of
from tests.store_down import store_down

pytestmark = pytest.mark.django_db


def asked(host: Host, environment: str) -> str:
    """The checkpoint that refuses the creation of a key."""
    with pytest.raises(RequestRefused) as caught:
        keys.create(request_of(host, "post"), name="ci", environment=environment)
    return caught.value.ask.checkpoint


@pytest.mark.parametrize(
    ("environment", "tenant", "checkpoint"),
    [
        ("production", "production", "api_key.production"),
        ("what is this", "production", "api_key.production"),
        ("test", "production", "api_key"),
        ("production", "sandbox", "api_key"),
    ],
)
def test_environments_of_key_and_tenant_decide_what_is_asked(
    host: Host, environment: str, tenant: str, checkpoint: str
) -> None:
    type(host.tenant).objects.update(environment=tenant)
    assert asked(host, environment) == checkpoint
    assert not KeyRecord.objects.exists()


def test_a_proof_for_test_keys_does_not_make_production_keys(host: Host) -> None:
    grant = pass_step_up(host.client)
    row, secret = keys.create(request_of(host, "post"), name="ci", environment="test")
    assert secret.startswith("otpg_test_")
    assert row.stepped_up_at == grant.verified_at
    assert asked(host, "production") == "api_key.production"


def test_every_action_on_a_key_is_guarded(host: Host) -> None:
    grant = pass_step_up(host.client)
    row, _ = keys.create(request_of(host, "post"), name="ci", environment="test")
    grant.delete()
    for act in (
        keys.rotate,
        keys.delete,
        lambda request, key: keys.change_scope(request, key, "w"),
    ):
        with pytest.raises(RequestRefused) as caught:
            act(request_of(host, "post"), row)
        assert "'ci'" in caught.value.ask.target
    row.refresh_from_db()
    assert (row.rotated_at, row.deleted_at, row.scope) == (None, None, "")


def test_with_a_proof_every_action_passes(host: Host) -> None:
    pass_step_up(host.client)
    row, _ = keys.create(request_of(host, "post"), name="ci", environment="test")
    keys.rotate(request_of(host, "post"), row)
    assert keys.change_scope(request_of(host, "post"), row, "write").scope == "write"
    assert keys.delete(request_of(host, "post"), row).deleted_at is not None


def test_a_host_with_keys_of_its_own_asks_and_then_tells(host: Host) -> None:
    grant = pass_step_up(host.client)
    request = request_of(host, "post")
    passed = keys.require_for_key(request, "reveal", name="ci", environment="test")
    assert passed.reason is Reason.PROVEN
    told = keys.KeyFacts(reference="7", name="ci", environment="test")
    row = keys.record_key(request, "reveal", told, passed=passed)
    assert row.stepped_up_at == grant.verified_at
    keys.record_use(request, "7")
    row.refresh_from_db()
    assert row.used_at is not None


def test_a_passkey_makes_a_production_key(host: Host) -> None:
    pass_step_up(host.client, method=BY_PASSKEY)
    row, secret = keys.create(request_of(host, "post"), name="ci", environment="production")
    assert secret.startswith("otpg_live_")
    assert row.created_by == host.user


def test_a_key_of_another_tenant_is_not_touched(host: Host) -> None:
    pass_step_up(host.client)
    row, _ = keys.create(request_of(host, "post"), name="ci", environment="test")
    other = factories.tenant()
    factories.member(other, host.user)
    factories.select(host.client, other)
    pass_step_up(host.client)
    with pytest.raises(NotAllowed):
        keys.rotate(request_of(host, "post"), row)


def test_an_unknown_action_is_an_error(host: Host) -> None:
    with pytest.raises(ValueError, match="lend"):
        keys.require_for_key(request_of(host), "lend", name="ci", environment="test")


def test_without_a_store_no_key_is_made(host: Host, transactional_db: Any) -> None:
    request = request_of(host, "post")
    with store_down(), pytest.raises(RequestRefused) as caught:
        keys.create(request, name="ci", environment="test")
    assert caught.value.decision.reason is Reason.STORE_UNAVAILABLE
