"""A project is seen as it is, before otpguard is set up in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.core.project import MIDDLEWARE
from tests.scratch import Scratch

CATCH_ALL = """
from django.http import HttpResponse
from django.urls import re_path
urlpatterns += [re_path("", lambda request: HttpResponse("a page"))]
"""
APP = "from django.apps import AppConfig\n\nclass C(AppConfig):\n    name = {!r}\n"


@pytest.fixture
def site(tmp_path: Path) -> Scratch:
    return Scratch.started(tmp_path)


def test_a_fresh_project_lacks_everything_and_has_the_admin(site: Scratch) -> None:
    seen = site.seen()
    assert seen.package == "mysite"
    assert "otpguard" in seen.apps
    assert "django_otp" not in seen.apps
    assert MIDDLEWARE not in seen.middleware
    assert seen.lists == {"INSTALLED_APPS", "MIDDLEWARE"}
    assert seen.shared_apps is None
    assert seen.keys is None
    assert not seen.has_pages
    assert (seen.urls_problem, seen.free_prefix) == ("", "security/")
    assert seen.url_names == {"path": True}
    assert seen.user_list == "admin:auth_user_changelist"
    assert seen.needs_login_url
    assert (seen.tenant_model, seen.celery_app, seen.names_broker) == ("", "", False)
    assert seen.unknown_backends == {}
    assert (seen.database, seen.debug) == ("sqlite", True)


def test_what_is_there_is_seen(site: Scratch) -> None:
    site.append(
        "mysite/settings.py",
        f"MIDDLEWARE = (*MIDDLEWARE, {MIDDLEWARE!r})\n"
        'OTPGUARD = {"BRAND": "Acme", "LOGIN_BACKENDS": {"acme.Known": "sso"}}\n'
        'LOGIN_URL = "/in/"\n'
        'CELERY_BROKER_URL = "memory://"\n'
        "DEBUG = False\n"
        'AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend",'
        ' "acme.Known", "acme.Saml"]\n',
    )
    site.append(
        "mysite/urls.py",
        "from django.urls import include\n"
        "def path(*_): ...\n"
        "from django.urls import path as there\n"
        'urlpatterns += [there("mfa/", include("otpguard.urls"))]\n',
    )
    site.append("mysite/celery.py", 'from celery import Celery\napp = Celery("acme")\n')
    site.append("mysite/__init__.py", "from mysite.celery import app\n")
    seen = site.seen()
    assert MIDDLEWARE in seen.middleware
    assert seen.lists == {"INSTALLED_APPS"}
    assert seen.keys == {"BRAND", "LOGIN_BACKENDS"}
    assert seen.has_pages
    assert seen.url_names == {"include": True, "path": False}
    assert not seen.needs_login_url
    assert (seen.celery_app, seen.names_broker, seen.debug) == ("acme", True, False)
    assert list(seen.unknown_backends) == ["acme.Saml"]
    assert "LOGIN_BACKENDS" in seen.unknown_backends["acme.Saml"]


def test_an_application_that_only_the_worker_loads_is_seen(site: Scratch) -> None:
    site.append("mysite/jobs.py", 'from celery import Celery\napp = Celery("mysite")\n')
    assert site.seen().celery_app == "mysite/jobs.py"


def test_paths_that_are_taken_are_not_used(site: Scratch) -> None:
    site.append(
        "mysite/urls.py",
        "from django.contrib.auth.views import LoginView\n"
        'urlpatterns += [path("security/", LoginView.as_view()),'
        ' path("accounts/login/", LoginView.as_view())]\n',
    )
    seen = site.seen()
    assert seen.free_prefix == "otpguard/"
    assert not seen.needs_login_url
    site.append("mysite/urls.py", CATCH_ALL)
    assert site.seen().free_prefix == ""


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("import no_such_module\n", "it cannot be imported (ModuleNotFoundError"),
        ("urlpatterns = tuple(urlpatterns)\n", "its urlpatterns are no list"),
    ],
)
def test_urls_that_cannot_be_added_to_are_said(site: Scratch, lines: str, problem: str) -> None:
    site.append("mysite/urls.py", lines)
    assert site.seen().urls_problem.startswith(problem)


def test_wrong_values_in_otpguard_do_not_matter_yet(site: Scratch) -> None:
    site.append("mysite/settings.py", 'OTPGUARD = {"NO_SUCH": 1, "LOGIN_BACKENDS": 3}\n')
    assert site.seen().keys == {"NO_SUCH", "LOGIN_BACKENDS"}


def test_the_projects_own_customers_are_found_by_name(site: Scratch) -> None:
    model = "class {}(models.Model):\n    pass\n\n"
    site.append("crm/__init__.py", "")
    site.append("crm/models.py", "from django.db import models\n\n")
    site.append("mysite/settings.py", 'INSTALLED_APPS += ["crm"]\n')
    site.append("crm/models.py", model.format("Order"))
    assert site.seen().tenant_model == ""
    site.append("crm/models.py", model.format("Customer") + model.format("Company"))
    assert site.seen().tenant_model == "crm.Company"
    site.append("mysite/settings.py", 'TENANT_MODEL = "crm.Order"\n')
    assert site.seen().tenant_model == "crm.Order"


def test_the_apps_of_django_tenants_are_seen_by_their_names(site: Scratch) -> None:
    site.append("django_tenants/__init__.py", "")
    site.append("django_tenants/apps.py", APP.format("django_tenants"))
    site.append(
        "mysite/settings.py",
        'SHARED_APPS = ["django_tenants.apps.C", "django_otp"]\n'
        "INSTALLED_APPS = [*INSTALLED_APPS, *SHARED_APPS]\n",
    )
    seen = site.seen()
    assert seen.shared_apps == ("django_tenants", "django_otp")
    assert "SHARED_APPS" in seen.lists
    site.append("mysite/settings.py", "SHARED_APPS = INSTALLED_APPS\n")
    assert seen.lists - site.seen().lists == {"SHARED_APPS", "INSTALLED_APPS"}
