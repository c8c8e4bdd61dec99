"""Jobs that a host does without touching the package, done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from otpguard.models import Grant, Tenant
from tests import factories
from tests.jobs import host
from tests.stepup import arrive, begin

pytestmark = pytest.mark.django_db(transaction=True)

PAYOUT = {"LABEL": "Pay out", "SENSITIVE": True, "POLICY": {"required_level": "AAL2"}}


@pytest.fixture
def acme(settings: Any) -> Iterator[Tenant]:
    """A tenant of the host, known by its subdomain alone."""
    settings.ROOT_URLCONF = "tests.jobs.host"
    settings.ALLOWED_HOSTS = [".crm.example", "testserver"]
    settings.OTPGUARD = {
        "PROVIDERS": {"pager": {"BACKEND": "tests.jobs.host.Pager", "OPTIONS": {"token": "t"}}},
        "CHECKPOINTS": {"payout": PAYOUT},
        "TENANT_DIRECTORY": "tests.jobs.host.BySubdomain",
    }
    host.paged.clear()
    yield factories.tenant("acme", name="Acme")
    host.paged.clear()


@pytest.fixture
def browser(acme: Tenant) -> Client:
    """A member with a phone, logged in a moment ago at the tenant's own host."""
    member = factories.member(acme, roles=["admin"])
    factories.phone_factor(member.user, "+12015550123")
    client = Client(headers={"Accept": "text/html", "Host": "acme.crm.example"})
    return factories.login(client, member.user)


def test_a_provider_a_checkpoint_and_a_directory_of_the_hosts_own_work_together(
    browser: Client, acme: Tenant
) -> None:
    """Jobs: add a provider, add a checkpoint, change how a tenant is found."""
    stopped = browser.get("/payout/")
    assert stopped.status_code == 303
    assert "Pay out" in browser.get(stopped["Location"]).content.decode()
    challenge = begin(browser, stopped)
    [message] = host.paged
    assert (message.to, challenge.checkpoint) == ("+12015550123", "payout")
    assert message.code is not None
    code_page = reverse("otpguard:code", args=[challenge.pk])
    proven = browser.post(code_page, {"code": message.code.digits})
    assert arrive(browser, proven["Location"]).content == b"paid out"
    assert Grant.objects.get().tenant == acme


def test_elsewhere_the_member_belongs_to_no_tenant(browser: Client) -> None:
    """Job: change how a tenant is found."""
    refused = browser.get("/payout/", headers={"Host": "other.crm.example"})
    assert refused.status_code == 403


def test_a_template_of_the_hosts_own_is_the_text_of_a_message(
    browser: Client, tmp_path: Path, settings: Any
) -> None:
    """Job: change the text of a message."""
    own = tmp_path / "otpguard" / "messages"
    own.mkdir(parents=True)
    (own / "code.sms.txt").write_text("Acme says {{ code }}", "utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    begin(browser, browser.get("/payout/"))
    [message] = host.paged
    assert message.code is not None
    assert message.text == f"Acme says {message.code.digits}"


def test_the_doctor_names_what_keeps_codes_from_arriving(acme: Tenant) -> None:
    """Job: find out why codes do not arrive."""
    said = StringIO()
    with pytest.raises(CommandError, match="errors: 1"):
        call_command("otpguard_doctor", "--seconds", "0.1", stdout=said, stderr=said)
    # One of both, for no broker runs here or no worker.
    assert re.search(r"^error +(broker|workers): ", said.getvalue(), re.MULTILINE)
