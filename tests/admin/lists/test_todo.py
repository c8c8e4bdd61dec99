"""The filter shows the rows that a tile counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.admin.lists.todo import TodoFilter
from otpguard.core.todo import Todo
from otpguard.flows.todo import todos_of
from otpguard.models import Membership, RouteHealth
from tests import factories
from tests.admin.rows import rows_of_everything
from tests.enrolling import joined, rule

pytestmark = pytest.mark.django_db
MEMBERS = "admin:otpguard_membership_changelist"


def test_the_list_holds_whom_the_tile_counts(site: Client) -> None:
    tenant = factories.tenant()
    rule(tenant)
    late = joined(factories.member(tenant), timedelta(days=100))
    factories.member(tenant)
    url = reverse(MEMBERS)
    assert list(site.get(url, {"todo": "overdue"}).context["cl"].result_list) == [late]
    assert len(site.get(url).context["cl"].result_list) == 2


@pytest.mark.parametrize("odd", ["routes", "nothing", "", "\0"])
def test_a_value_of_another_list_narrows_nothing(site: Client, odd: str) -> None:
    factories.member(factories.tenant())
    answer = site.get(reverse(MEMBERS), {"todo": odd}, follow=True)
    assert len(answer.context["cl"].result_list) == Membership.objects.count()


@pytest.mark.parametrize("todo", Todo)
def test_every_list_with_something_that_can_wait_opens_with_the_filter(
    site: Client, operator: AbstractUser, todo: Todo
) -> None:
    rows_of_everything(operator)
    (model,) = (each for each in admin.site._registry if todo in todos_of(each))
    url = reverse(f"admin:otpguard_{model._meta.model_name}_changelist")
    page = site.get(url, {"todo": todo})
    assert page.status_code == 200
    assert isinstance(page.context["cl"].filter_specs[0], TodoFilter)


def test_routes_in_use_do_not_wait(site: Client) -> None:
    RouteHealth.objects.create(provider="fine", channel="sms")
    bad = RouteHealth.objects.create(provider="bad", channel="sms", state="paused")
    page = site.get(reverse("admin:otpguard_routehealth_changelist"), {"todo": "routes"})
    assert list(page.context["cl"].result_list) == [bad]
