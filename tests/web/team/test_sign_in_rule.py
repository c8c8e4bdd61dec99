"""An organization takes its own sign-in only: who would be kept out is shown before the switch."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.tenant.policy import change_policy
from otpguard.models import FederatedIdentity, PolicyWish
from otpguard.tenants.policies import Scope
from otpguard.tenants.sign_in import asks_for_sign_in
from tests import factories
from tests.federating import idp
from tests.host import Host
from tests.stepup import carry_out
from tests.web.team.enterprise import said_by, strangers

pytestmark = pytest.mark.django_db
PAGE = "/security/team/sign-in/"


@pytest.fixture(autouse=True)
def mounted(settings: Any, host: Host) -> None:
    settings.ROOT_URLCONF = "tests.team_host"


def is_required(host: Host) -> bool:
    return asks_for_sign_in(Scope.of_tenant(host.tenant), now=factories.facts().now)


def test_the_page_says_how_many_would_be_kept_out_and_who_after_a_proof(host: Host) -> None:
    row = idp(host.tenant)
    FederatedIdentity.objects.create(provider=row, subject="alice", user=host.user)
    other = factories.member(host.tenant).user
    factories.member(factories.tenant())
    text = host.client.get(PAGE).content.decode()
    assert "1 member must link a sign-in" in text
    assert other.username not in text
    stopped = host.client.post(f"{PAGE}only/who/")
    assert "/step-up/" in stopped["Location"]
    assert other.username in carry_out(host.client, stopped).content.decode()


def test_it_is_switched_on_after_a_proof_and_keeps_the_other_wishes(host: Host) -> None:
    idp(host.tenant)
    change_policy(
        facts=factories.facts(), tenant=host.tenant, checkpoint="login", wishes={"active": True}
    )
    sent = {"required": "on", "version": "1"}
    stopped = host.client.post(f"{PAGE}only/", sent)
    assert not is_required(host)
    carry_out(host.client, stopped)
    assert is_required(host)
    row = PolicyWish.objects.get(tenant=host.tenant, checkpoint="login", current=True)
    assert row.wishes == {"active": True, "sso_required": True}


def test_it_is_switched_off_again_and_counts_as_weaker(host: Host) -> None:
    on = {"sso_required": True}
    change_policy(facts=factories.facts(), tenant=host.tenant, checkpoint="login", wishes=on)
    carry_out(host.client, host.client.post(f"{PAGE}only/", {"required": "off", "version": "1"}))
    assert not is_required(host)


def test_what_others_must_approve_waits_for_them(host: Host, settings: Any) -> None:
    approvals = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": approvals}
    on = {"sso_required": True}
    change_policy(facts=factories.facts(), tenant=host.tenant, checkpoint="login", wishes=on)
    done = host.client.post(f"{PAGE}only/", {"required": "off", "version": "1"})
    text = said_by(host, carry_out(host.client, done))
    assert "Another administrator has to approve this." in text
    assert is_required(host)


def test_a_change_that_somebody_overtook_is_refused(host: Host) -> None:
    idp(host.tenant)
    done = host.client.post(f"{PAGE}only/", {"required": "on", "version": "7"})
    assert "Somebody has changed this meanwhile." in said_by(host, carry_out(host.client, done))
    assert not is_required(host)


@pytest.mark.parametrize("sent", [{}, {"required": "on"}, {"required": "yes", "version": "0"}])
def test_another_form_changes_nothing(host: Host, sent: dict[str, str]) -> None:
    assert host.client.post(f"{PAGE}only/", sent).status_code == 404


def test_administrators_alone_switch_it(host: Host) -> None:
    for who, client in strangers(host):
        answer = client.post(f"{PAGE}only/who/")
        assert answer.status_code == (403 if who == "member" else 303)
        client.post(f"{PAGE}only/", {"required": "on", "version": "0"})
    assert not is_required(host)
