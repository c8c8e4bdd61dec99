"""How far an operator reaches."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import (
    check_owner,
    check_person,
    check_policy,
    check_site,
    check_tenant,
    is_site,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HERE, ELSEWHERE = uuid4(), uuid4()


def by(**known: object) -> RequestFacts:
    return RequestFacts(now=NOW, **known)


def test_the_site_is_staff_outside_any_tenant_or_code_without_a_request() -> None:
    assert is_site(by(user="1", user_is_staff=True, host="a.example"))
    assert is_site(by())
    assert not is_site(by(host="a.example")), "an anonymous request is not the site"
    assert not is_site(by(path="/security/")), "not even one whose host was not read"
    assert not is_site(by(user="1", host="a.example"))
    assert not is_site(by(user="1", user_is_staff=True, tenant=str(HERE)))


def test_what_is_the_operators_alone_is_so_outside_any_tenant() -> None:
    check_site(by(user="1", user_is_staff=True, host="a.example"))
    check_site(by())
    for other in (
        by(user="1", user_is_staff=True, tenant=str(HERE)),
        by(user="1", tenant=str(HERE)),
        by(user="1", host="a.example"),
        by(host="a.example"),
    ):
        with pytest.raises(NotAllowed, match="operators of the site"):
            check_site(other)


def test_a_tenant_reaches_itself_and_no_other() -> None:
    check_tenant(by(user="1", tenant=str(HERE)), HERE)
    with pytest.raises(NotAllowed):
        check_tenant(by(user="1", tenant=str(HERE)), ELSEWHERE)


def test_staff_who_selected_a_tenant_reach_that_tenant_only() -> None:
    with pytest.raises(NotAllowed):
        check_tenant(by(user="1", user_is_staff=True, tenant=str(HERE)), ELSEWHERE)


def test_nobody_reaches_a_tenant_by_leaving_theirs() -> None:
    with pytest.raises(NotAllowed):
        check_tenant(by(user="1", host="a.example"), HERE)


def test_what_is_personal_is_the_persons_and_the_sites() -> None:
    check_person(by(user="7", tenant=str(HERE)), 7)
    check_person(by(user="1", user_is_staff=True), 7)
    with pytest.raises(NotAllowed):
        check_person(by(user="1", tenant=str(HERE)), 7)


def test_a_row_without_a_tenant_is_personal() -> None:
    check_owner(by(user="7"), tenant=None, user=7)
    with pytest.raises(NotAllowed):
        check_owner(by(user="1", tenant=str(HERE)), tenant=None, user=7)
    with pytest.raises(NotAllowed):
        check_owner(by(user="7", tenant=str(ELSEWHERE)), tenant=HERE, user=7)


SITE = by(user="1", user_is_staff=True)
HERE_ONLY = by(user="1", tenant=str(HERE))


def test_a_tenant_sets_its_own_policy_and_the_site_every_one() -> None:
    check_policy(HERE_ONLY, HERE, ["ttl", "hold"])
    for tenant in (HERE, ELSEWHERE, None):
        check_policy(SITE, tenant, ["ttl", "enforcement"])
        check_policy(by(), tenant, ["ttl", "enforcement"])


@pytest.mark.parametrize(
    ("facts", "tenant", "fields", "why"),
    [
        (HERE_ONLY, ELSEWHERE, [], "belongs to another organization"),
        (by(user="1", host="a.example"), HERE, [], "belongs to another organization"),
        (HERE_ONLY, None, [], "no organization is"),
        (by(user="1", host="a.example"), None, [], "no organization is"),
        (
            by(user="1", user_is_staff=True, tenant=str(HERE)),
            None,
            [],
            "no organization is",
        ),
        (by(user="1", user_is_staff=True, tenant=str(HERE)), ELSEWHERE, [], "another organization"),
        (HERE_ONLY, HERE, ["ttl", "enforcement"], "Only the operators .*: enforcement"),
    ],
)
def test_no_tenant_sets_anothers_policy_nor_the_sites_nor_what_is_the_sites_alone(
    facts: RequestFacts, tenant: UUID | None, fields: list[str], why: str
) -> None:
    with pytest.raises(NotAllowed, match=why):
        check_policy(facts, tenant, fields)
