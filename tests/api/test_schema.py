"""The description is served where drf-spectacular is installed, and missing where it is not."""

from __future__ import annotations

import subprocess
import sys

from django.test import Client

from otpguard.api import schema
from otpguard.api.urls import VIEWS
from tests.host import Host
from tests.house.source import ROOT

URL = "/security/api/schema/"
API = {"Accept": "application/json"}


def test_whoever_is_logged_in_reads_where_the_api_is_mounted(host: Host) -> None:
    answer = host.client.get(URL, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer["Content-Type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.")
    assert document["servers"] == [{"url": "/security/api"}]
    assert "/coverage/" in document["paths"]


def test_a_stranger_reads_nothing() -> None:
    assert Client().get(URL, headers=API).status_code == 403


def test_it_has_one_url() -> None:
    [pattern] = schema.schema_urls(VIEWS)
    assert pattern.name == "api-schema"


WITHOUT = """
import sys
sys.modules["drf_spectacular"] = None  # as if it were not installed
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="a bare project" * 4, USE_TZ=True, ROOT_URLCONF="tests.urls",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.contenttypes", "django.contrib.auth",
                    "django.contrib.messages", "django.contrib.sessions", "django_otp", "otpguard"],
)
django.setup()
from django.urls import NoReverseMatch, reverse
print(reverse("otpguard:api-coverage"))
try:
    print(reverse("otpguard:api-schema"))
except NoReverseMatch:
    print("no description")
"""


def test_without_the_package_there_is_no_description_and_all_else_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["/security/api/coverage/", "no description"]
