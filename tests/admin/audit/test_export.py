"""“Export these” in the list of events."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.audit.verifier_app import verifier_app
from otpguard.models import Event, Release
from tests import factories
from tests.admin.acting import Act
from tests.releasing import jobs
from tests.stepup import continue_form, step_up

__all__ = ["jobs"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
LIST = "admin:otpguard_event_changelist"
EXPORT = "admin:otpguard_event_do_export"
PROGRAM = "admin:otpguard_event_verifier"


def test_the_button_keeps_what_the_list_is_filtered_by(site: Client) -> None:
    tenant = factories.tenant()
    query = {"kind": "key.created", "since": "day", "tenant": str(tenant.pk)}
    page = site.get(reverse(LIST), query).content.decode()
    assert f"{reverse(EXPORT)}?tenant={tenant.pk}&amp;since=day&amp;kind=key.created" in page
    shown = site.get(reverse(EXPORT), query)
    form = shown.context["form"]
    assert form["tenant"].value() == tenant.slug
    assert (form["kind"].value(), form["format"].value()) == ("key.created", "csv")
    assert form["since"].value() is not None


@pytest.mark.parametrize("tenant", ["site", "nobody", "0197a3b2-0000-7000-8000-0000000000ab"])
def test_a_filter_that_is_no_organization_chooses_none(site: Client, tenant: str) -> None:
    shown = site.get(reverse(EXPORT), {"tenant": tenant})
    assert shown.context["form"]["tenant"].value() == ""


def test_a_member_gets_a_release_after_a_proof(
    site: Client, act: Act, operator: AbstractUser
) -> None:
    tenant = factories.tenant()
    factories.member(tenant, operator, roles=["admin"])
    page = act(reverse(EXPORT), tenant=tenant.slug, format="csv", kind="key.created")
    assert "The export was asked for" in page.content.decode()
    release = Release.objects.get()
    assert (release.tenant_id, release.job) == (tenant.pk, "audit_log_part_csv")
    (told,) = Event.objects.filter(kind="release.asked")
    assert json.loads(json.loads(told.body)["data"]["filter"]) == {"kind": "key.created"}
    assert told.checkpoint == "audit_log_export"


def test_somebody_who_is_no_member_gets_none(site: Client) -> None:
    tenant = factories.tenant()
    asked = site.post(
        reverse(EXPORT), {"tenant": tenant.slug, "format": "csv"}, HTTP_ACCEPT="text/html"
    )
    done = continue_form(site, step_up(site, asked))
    assert done.status_code == 403
    assert "not an active member" in done.content.decode()
    assert not Release.objects.exists()


def test_without_a_proof_nothing_is_made(site: Client, operator: AbstractUser) -> None:
    tenant = factories.tenant()
    factories.member(tenant, operator, roles=["admin"])
    asked = site.post(
        reverse(EXPORT), {"tenant": tenant.slug, "format": "csv"}, HTTP_ACCEPT="text/html"
    )
    assert asked.status_code == 303
    assert not Release.objects.exists()


def test_the_program_is_downloaded_from_the_list(site: Client) -> None:
    assert reverse(PROGRAM) in site.get(reverse(LIST)).content.decode()
    answer = site.get(reverse(PROGRAM))
    assert 'filename="otpguard-verify.pyz"' in answer["Content-Disposition"]
    assert answer.content == verifier_app()
    assert "__main__.py" in ZipFile(BytesIO(answer.content)).namelist()


def test_staff_without_the_permission_get_neither(client: Client) -> None:
    person = factories.user("clerk", is_staff=True)
    factories.login(client, person)
    assert client.get(reverse(PROGRAM)).status_code == 403
    assert client.get(reverse(EXPORT)).status_code == 403
