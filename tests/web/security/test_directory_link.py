"""An entry of a directory makes a member only of who says yes to it."""

from __future__ import annotations

import pytest
from django.test import Client

from otpguard.core.facts import RequestFacts
from otpguard.core.scim import GroupChange
from otpguard.exceptions import NotAllowed
from otpguard.flows.scim.group import create_group, map_group
from otpguard.flows.scim.link import answer_link
from otpguard.flows.scim.person import create_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Event, Factor, Membership, ScimUser, Tenant
from tests import factories
from tests.host import Host
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db
LIST = "/security/directories/"


def facts_in(tenant: Tenant) -> RequestFacts:
    return factories.facts(None, tenant)


def entry_of(host: Host, tenant: Tenant) -> ScimUser:
    phones = [{"type": "mobile", "value": "+12015550188"}]
    values = PersonValues(user_name=host.user.email.upper(), phones=phones)
    return create_person(facts=facts_in(tenant), tenant=tenant, values=values)


def test_who_says_yes_and_confirms_becomes_a_member_with_the_groups_roles(host: Host) -> None:
    tenant = factories.tenant()
    entry = entry_of(host, tenant)
    change = GroupChange(name="Sales", members=[str(entry.pk)])
    group = create_group(facts=facts_in(tenant), tenant=tenant, change=change)
    map_group(facts=facts_in(tenant), group=group, role="editor")
    assert tenant.name in host.client.get(LIST).content.decode()
    asked = host.client.post(f"{LIST}{entry.pk}/", {"answer": "accept"})
    assert not Membership.objects.filter(tenant=tenant, user=host.user).exists()
    done = carry_out(host.client, asked)
    assert done.status_code == 303
    assert b"You belong to the organization now." in host.client.get(done["Location"]).content
    member = Membership.objects.get(tenant=tenant, user=host.user)
    assert (member.active, member.roles) == (True, ["editor"])
    assert Factor.objects.get(tenant=tenant).usable_from is not None
    assert Event.objects.filter(kind="scim.person_linked").count() == 1


def test_who_says_no_needs_no_proof_and_stays_out(host: Host) -> None:
    tenant = factories.tenant()
    entry = entry_of(host, tenant)
    done = host.client.post(f"{LIST}{entry.pk}/", {"answer": "refuse"})
    assert done.status_code == 303
    assert not Membership.objects.filter(tenant=tenant, user=host.user).exists()
    entry.refresh_from_db()
    assert (entry.user, entry.asked) == (None, None)
    assert b"No organization waits" in host.client.get(LIST).content


def test_nobody_answers_for_somebody_else(host: Host, client: Client) -> None:
    entry = entry_of(host, factories.tenant())
    eve = factories.user("eve")
    factories.phone_factor(eve)
    factories.login(client, eve)
    assert client.post(f"{LIST}{entry.pk}/", {"answer": "refuse"}).status_code == 404
    with pytest.raises(NotAllowed):
        answer_link(facts=factories.facts(eve), person=entry.pk, accepted=True)
    entry.refresh_from_db()
    assert entry.asked == host.user


def test_an_answer_counts_once(host: Host) -> None:
    tenant = factories.tenant()
    entry = entry_of(host, tenant)
    facts = factories.facts(host.user)
    assert answer_link(facts=facts, person=entry.pk, accepted=False)
    assert not answer_link(facts=facts, person=entry.pk, accepted=True)
    assert not Membership.objects.filter(tenant=tenant, user=host.user).exists()


def test_a_stranger_without_a_login_sees_nothing(client: Client) -> None:
    assert client.get(LIST).status_code == 302
