"""Buttons on enrollment rules: add, change, remove."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.models import EnrollmentRule, Event
from tests import factories
from tests.admin.acting import Act
from tests.enrolling import rule
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
ADD = reverse("admin:otpguard_enrollmentrule_do_add")
LIST = reverse("admin:otpguard_enrollmentrule_changelist")


def do(action: str, of: EnrollmentRule) -> str:
    return reverse(f"admin:otpguard_enrollmentrule_do_{action}", args=[of.pk])


@pytest.mark.parametrize("slug", ["acme", ""], ids=["of a tenant", "of the site"])
def test_a_rule_is_added_after_a_step_up_and_shown(act: Act, slug: str) -> None:
    tenant = factories.tenant("acme")
    page = act(ADD, tenant=slug, role="admin", level="AAL2", starts_at="", grace_days="7")
    made = EnrollmentRule.objects.get()
    assert (made.tenant, made.role) == (tenant if slug else None, "admin")
    assert (made.level, made.grace_days) == (2, 7)
    text = page.content.decode()
    assert page.context["original"] == made
    assert "AAL2" in text


def test_a_rule_is_changed_and_removed(act: Act) -> None:
    made = rule(factories.tenant(), "admin", level=2)
    page = act(do("set", made), level="", starts_at="2026-06-01T09:00", grace_days="0")
    made.refresh_from_db()
    assert (made.level, made.grace_days, made.starts_at.hour) == (None, 0, 9)
    assert "any factor" in page.content.decode()
    page = act(do("remove", made))
    assert page.request["PATH_INFO"] == LIST
    assert not EnrollmentRule.objects.exists()
    kinds = Event.objects.filter(kind="enrollment.changed")
    assert kinds.count() == 2


def test_nothing_happens_without_the_step_up(site: Client) -> None:
    made = rule(None)
    for url in (ADD, do("set", made), do("remove", made)):
        answer = site.post(url, {"role": "x", "grace_days": "1"}, HTTP_ACCEPT="text/html")
        assert answer.status_code == 303
        assert "/step-up/" in answer["Location"]
    assert list(EnrollmentRule.objects.values_list("grace_days")) == [(14,)]


def test_a_mistake_is_shown_before_anybody_is_asked_to_confirm(site: Client) -> None:
    page = site.post(ADD, {"tenant": "nowhere", "role": "A B", "grace_days": "400"})
    assert page.status_code == 400
    assert {"tenant", "role", "grace_days"} == set(page.context["form"].errors)


def test_the_list_is_that_of_a_tenant_when_its_page_links_there(site: Client) -> None:
    tenant = factories.tenant()
    rule(tenant), rule(None), rule(factories.tenant())
    page = site.get(reverse("admin:otpguard_tenant_change", args=[tenant.pk])).content.decode()
    link = f"{LIST}?tenant__id__exact={tenant.pk}"
    assert link in page
    assert [r.tenant for r in site.get(link).context["cl"].result_list] == [tenant]
    assert site.get(f"{ADD}?tenant=acme").context["form"].initial == {"tenant": "acme"}


def test_staff_inside_a_tenant_reach_neither_the_site_nor_another(
    site: Client, operator: AbstractUser
) -> None:
    own, other = factories.tenant("own"), factories.tenant("other")
    factories.member(own, operator, roles=["admin"])
    factories.select(site, own)
    sites, theirs = rule(None), rule(other)
    data = {"level": "", "starts_at": "", "grace_days": "1"}
    for url, posted in (
        (ADD, {"tenant": "other", "role": "x", **data}),
        (ADD, {"tenant": "", "role": "x", **data}),
        (do("set", sites), data),
        (do("set", theirs), data),
        (do("remove", sites), {}),
        (do("remove", theirs), {}),
    ):
        asked = site.post(url, posted, HTTP_ACCEPT="text/html")
        assert continue_form(site, step_up(site, asked)).status_code == 403
    assert list(EnrollmentRule.objects.values_list("grace_days", flat=True)) == [14, 14]


def test_staff_who_may_only_view_cannot_act(client: Client) -> None:
    viewer = factories.user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_enrollmentrule"))
    factories.login(client, viewer)
    made = rule(None)
    assert client.get(LIST).status_code == 200
    for url in (ADD, do("set", made), do("remove", made)):
        assert client.get(url).status_code == 403
        assert client.post(url, {"grace_days": "1"}).status_code == 403
    assert EnrollmentRule.objects.get().grace_days == 14
