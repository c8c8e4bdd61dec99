"""References of people in the admin: erase, and keep from being erased."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.audit.subjects import subjects_of
from otpguard.models import Event, LegalHold, SubjectKey
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

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
