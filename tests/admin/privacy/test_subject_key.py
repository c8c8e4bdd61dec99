"""References of people in the admin: erase, and keep from being erased."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.audit.subjects import subjects_of
from otpguard.models import Event, LegalHold, SubjectKey
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> SubjectKey:
    user = str(factories.user().pk)
    subjects_of([user])
    return SubjectKey.objects.get(user_key=user)


def do(slug: str, row: SubjectKey) -> str:
    return reverse(f"admin:otpguard_subjectkey_do_{slug}", args=[row.pk])


def test_a_person_is_erased(act: Act, row: SubjectKey) -> None:
    act(do("erase", row), reason="asked")
    row.refresh_from_db()
    assert (row.user_key, bool(row.secret)) == ("", False)
    assert row.erased_at is not None


def test_erasing_asks_for_a_step_up_first(site: Client, row: SubjectKey) -> None:
    refused = site.post(do("erase", row), {"reason": "x"}, HTTP_ACCEPT="application/json")
    assert refused.status_code == 401
    row.refresh_from_db()
    assert row.user_key


def test_a_person_is_exported_as_a_file_after_a_step_up(site: Client, row: SubjectKey) -> None:
    wanted = {"reason": "ticket 4711", "format": "json"}
    refused = site.post(do("export", row), wanted, HTTP_ACCEPT="application/json")
    assert refused.status_code == 401
    assert not Event.objects.filter(kind="person.exported").exists()
    asked = site.post(do("export", row), wanted, HTTP_ACCEPT="text/html")
    answer = continue_form(site, step_up(site, asked))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["user"] == row.user_key
    assert Event.objects.get(kind="person.exported").subject_ref == row.user_key


def test_without_a_format_nothing_is_exported(site: Client, row: SubjectKey) -> None:
    answer = site.post(do("export", row), {"reason": "ticket 4711"})
    assert answer.status_code == 400
    assert not Event.objects.filter(kind="person.exported").exists()


def test_somebody_who_was_erased_is_not_offered_for_export(
    act: Act, site: Client, row: SubjectKey
) -> None:
    act(do("erase", row), reason="asked")
    answer = site.post(do("export", row), {"reason": "x", "format": "json"})
    assert answer.status_code == 302
    assert not Event.objects.filter(kind="person.exported").exists()


def test_while_the_store_is_away_no_file_is_made(site: Client, row: SubjectKey) -> None:
    wanted = {"reason": "ticket 4711", "format": "json"}
    with no_answer():
        answer = site.post(do("export", row), wanted, HTTP_ACCEPT="application/json")
    assert answer.status_code == 503


def test_a_legal_hold_is_placed(act: Act, row: SubjectKey) -> None:
    act(do("place-legal-hold", row), reason="case 7")
    assert LegalHold.objects.get().user_key == row.user_key


def test_under_a_legal_hold_it_is_refused(site: Client, row: SubjectKey) -> None:
    LegalHold.objects.create(user_key=row.user_key, reason="case 7")
    asked = site.post(do("erase", row), {"reason": "asked"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    row.refresh_from_db()
    assert row.user_key
    assert not Event.objects.filter(kind="person.erased").exists()
