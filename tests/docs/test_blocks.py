"""The Python of README and docs runs as it stands, page by page, and settings pass the checks.

Blocks that are files of a project begin with their path; they are run by the test of their page.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import ERROR
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from django.utils.translation import gettext_lazy
from sybil import Sybil
from sybil.example import Example
from sybil.parsers.myst import PythonCodeBlockParser

import otpguard
from otpguard.checks.options import check_settings
from otpguard.exceptions import StepUpRefused
from otpguard.middleware import OtpguardMiddleware
from otpguard.models import EnrollmentRule, Membership, Tenant
from tests import factories
from tests.house.source import ROOT

ELSEWHERE = {
    "factor-kinds.md": "tests/paper_list holds this kind, and runs it",
}
"""Pages whose blocks are one program, with the reason why it is not run here."""

FOR_EXAMPLE = {
    "otpguard.E007": "the day of an example is any day",
    "otpguard.E121": "data that may not be passed on is not there",
    "otpguard.E161": "the places of an example are not there",
    "otpguard.E176": "a file of an example is not there",
    "otpguard.E050": "what a vendor gives one is not written into docs",
}
"""What an example may break, that a project must not."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FILE = re.compile(r"# [\w/.]+\.py\b")

sybil = Sybil([PythonCodeBlockParser()], path=str(ROOT))


def examples_of(page: Path) -> list[Example]:
    """The blocks of a page that are no files."""
    found = sybil.parse(page).examples()
    return [example for example in found if not _FILE.match(example.parsed)]


RUNNING = [page for page in PAGES if page.name not in ELSEWHERE and examples_of(page)]


def mistakes_in(options: dict[str, Any]) -> list[Any]:
    """What the checks say of an example of settings."""
    with override_settings(OTPGUARD=options):
        return [
            each
            for each in check_settings()
            if each.is_serious(ERROR) and each.id not in FOR_EXAMPLE
        ]


@pytest.fixture
def names(db: None) -> dict[str, Any]:
    """What the examples speak of: people, a tenant, the request of an operator of the site."""
    user = factories.staff("alice")
    client = factories.login(Client(), user)
    request = RequestFactory().get("/")
    engine = import_module(django_settings.SESSION_ENGINE)
    request.session = engine.SessionStore(client.session.session_key)
    request.user = user
    OtpguardMiddleware(lambda _: HttpResponse())(request)
    return {
        "otpguard": otpguard,
        "requires_checkpoint": otpguard.requires_checkpoint,
        "gettext_lazy": gettext_lazy,
        "Customer": SimpleNamespace(objects=Tenant.objects.none()),
        "request": request,
        "tenant": factories.tenant("acme"),
        "user": user,
        "alice": user,
        "bob": factories.user("bob"),
        "other": factories.user("carol"),
        "role": "admin",
        "member": "bob",
        "form": SimpleNamespace(cleaned_data={"role": "admin"}),
    }


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run_in_its_order(page: Path, names: dict[str, Any]) -> None:
    for example in examples_of(page):
        example.namespace.update({**names, **example.namespace})
        before = example.namespace.pop("OTPGUARD", None)
        # A guard that was called rightly asks for a proof.
        with suppress(StepUpRefused):
            example.evaluate()
        options = example.namespace.get("OTPGUARD", before)
        if options is not None:
            assert mistakes_in(options) == [], f"{page.name}:{example.line}"


def test_the_examples_do_what_they_say(names: dict[str, Any]) -> None:
    for page in ("tenants.md", "enrollment.md"):
        for example in examples_of(ROOT / "docs" / page):
            example.namespace.update({**names, **example.namespace})
            example.evaluate()
    globex = Tenant.objects.get(slug="globex")
    assert Membership.objects.filter(tenant=globex, user=names["other"]).exists()
    [rule] = EnrollmentRule.objects.filter(tenant=names["tenant"])
    assert (rule.role, rule.grace_days) == ("admin", 14)
    assert timezone.now() - rule.starts_at < timedelta(minutes=1)


def test_a_wrong_setting_in_an_example_is_seen() -> None:
    [mistake] = mistakes_in({"BRANT": "Acme"})
    assert mistake.id == "otpguard.E001"


def test_every_page_that_is_left_out_has_python() -> None:
    assert all(examples_of(ROOT / "docs" / page) for page in ELSEWHERE)
    assert {"README.md", "guarding.md", "sending.md"} <= {page.name for page in RUNNING}
