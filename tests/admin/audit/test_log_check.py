"""Checks of the log in the admin: asked for on a tenant's page, and read in a list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import ALL_HEADS, SITE_EVENTS, LogCheck
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


def page_of(row: LogCheck) -> str:
    return reverse("admin:otpguard_logcheck_change", args=[row.pk])


def test_a_check_is_asked_for_on_the_page_of_an_organization(act: Act) -> None:
    tenant = factories.tenant(name="Wonka")
    url = reverse("admin:otpguard_tenant_do_verify-log", args=[tenant.pk])
    for _ in range(2):
        act(url)
    check = LogCheck.objects.get()
    assert (check.log, check.finished_at) == (tenant.pk, None)


def test_who_selected_an_organization_asks_for_none(site: Client) -> None:
    tenant = factories.tenant()
    factories.select(site, factories.tenant())
    url = reverse("admin:otpguard_tenant_do_verify-log", args=[tenant.pk])
    assert site.post(url, HTTP_ACCEPT="text/html").status_code == 403
    assert not LogCheck.objects.exists()


def test_the_list_says_whose_log_it_is_and_how_it_ended(site: Client) -> None:
    tenant, now = factories.tenant(name="Wonka"), timezone.now()
    LogCheck.objects.create(log=tenant.pk, events=5_000)
    LogCheck.objects.create(log=SITE_EVENTS, finished_at=now)
    bad = LogCheck.objects.create(log=ALL_HEADS, finished_at=now, damages=2, detail="#1: removed")
    listed = site.get(reverse("admin:otpguard_logcheck_changelist")).content.decode()
    for text in ("Wonka", "running", "the site", "holds", "all that is new", "damaged"):
        assert text in listed
    assert "#1: removed" in site.get(page_of(bad)).content.decode()
