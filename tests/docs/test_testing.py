"""The page docs/testing.md: its example passes in a project that has the view it names."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from otpguard import requires_checkpoint
from otpguard.models import Tenant
from tests import factories
from tests.docs.pages import modules_of

page = modules_of("testing.md")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture
def tenant() -> Tenant:
    """A customer of the project."""
    return factories.tenant()


@pytest.fixture
def admin(tenant: Tenant) -> AbstractUser:
    """An admin of the customer."""
    user = factories.user()
    factories.member(tenant, user, roles=["admin"])
    return user


test_an_admin_exports_contacts = page["tests.test_export"].test_an_admin_exports_contacts


@requires_checkpoint("data_export")
def export_contacts(request: HttpRequest) -> HttpResponse:
    """The view of the example."""
    return HttpResponse("contacts")


urlpatterns = [
    path("contacts/export/", export_contacts),
    path("security/", include("otpguard.urls")),
]
