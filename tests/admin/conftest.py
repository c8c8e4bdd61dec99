"""An operator of the site, logged in, with a phone to confirm by."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.http import HttpResponse
from django.test import Client

from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up


@pytest.fixture
def operator(db: None) -> AbstractUser:
    """A superuser with a confirmed phone."""
    person = factories.staff("operator")
    factories.phone_factor(person, "+12015550100")
    return person


@pytest.fixture
def site(client: Client, operator: AbstractUser) -> Client:
    """The operator's browser, with no tenant selected."""
    return factories.login(client, operator)


@pytest.fixture
def act(site: Client) -> Act:
    """Press an action's button: fill in, confirm by phone, continue; returns the page after."""

    def pressed(url: str, /, **data: object) -> HttpResponse:
        asked = site.post(url, data, HTTP_ACCEPT="text/html")
        assert asked.status_code == 303, (asked.status_code, asked.content[:300])
        done = continue_form(site, step_up(site, asked))
        assert done.status_code == 302, (done.status_code, done.content[-3000:])
        return site.get(done["Location"])

    return pressed
