"""Only administrators see their pages."""

from __future__ import annotations

import pytest
from django.test import Client

from otpguard.models import Membership, Tenant
from otpguard.web.team.door import SAID, UNDONE
from tests import factories
from tests.host import Host
from tests.store_down import no_answer

PAGES = (
    "approvals",
    "holds",
    "emergency",
    "team",
    "team/rules",
    "team/rules/data_export",
    "team/rules/data_export/versions",
    "team/members",
    "team/log",
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_sees_them_and_a_plain_member_does_not(host: Host, page: str) -> None:
    url = f"/security/{page}/"
    assert host.client.get(url).status_code == 200
    Membership.objects.filter(user=host.user).update(roles=["member"])
    refused = host.client.get(url)
    assert refused.status_code == 403
    assert "administrators of an organization" in refused.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_has_to_log_in(host: Host, page: str) -> None:
    assert Client().get(f"/security/{page}/").status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_somebody_outside_any_organization_is_refused(host: Host, page: str) -> None:
    client = factories.login(Client(headers={"Accept": "text/html"}), factories.user())
    assert client.get(f"/security/{page}/").status_code == 403


def test_nobody_opens_them_while_the_organization_is_suspended(host: Host) -> None:
    host.tenant.status = Tenant.Status.SUSPENDED
    host.tenant.save()
    for page in PAGES:
        refused = host.client.get(f"/security/{page}/")
        assert refused.status_code == 403
        assert "suspended" in refused.content.decode()


def test_an_administrator_of_another_organization_is_a_stranger_here(host: Host) -> None:
    other = factories.member(factories.tenant(), roles=["admin"])
    client = factories.login(Client(headers={"Accept": "text/html"}), other.user, host.tenant)
    for page in PAGES:
        assert client.get(f"/security/{page}/").status_code == 403


def test_without_a_store_they_say_so(host: Host) -> None:
    for page in PAGES:
        with no_answer():
            assert host.client.get(f"/security/{page}/").status_code == 503


def test_the_navigation_marks_where_somebody_is(host: Host) -> None:
    for page in PAGES:
        text = host.client.get(f"/security/{page}/").content.decode()
        assert text.count('aria-current="page"') == 1, page


@pytest.mark.parametrize(
    "url", ["approvals/{}/approve/", "approvals/{}/refuse/", "holds/{}/lift/", "emergency/{}/end/"]
)
def test_what_is_not_there_is_404_and_a_get_changes_nothing(host: Host, url: str) -> None:
    of = "/security/" + url.format("0b1b1b1b-0000-4000-8000-000000000000")
    assert host.client.get(of).status_code == 405
    assert host.client.post(of).status_code == 404


def test_what_did_not_happen_is_not_told_in_the_colors_of_success(host: Host) -> None:
    assert set(SAID) > UNDONE
    for word, has in (("key_deleted", False), ("domain_missing", True)):
        page = host.client.get(f"/security/team/?done={word}").content.decode()
        assert "og-note" in page
        assert ("og-undone" in page) is has, word
