"""Every page of the demo is asked for, as the person whom it is for and as others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.running import ROOT, environment

pytestmark = pytest.mark.slow

ASK = """
import json
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import URLResolver, get_resolver, reverse
from demo_project.models import ApiKey
from demo_project.people import PASSWORD, PEOPLE
from demo_project.seed import seed
from otpguard.models import Event, Tenant
from otpguard.testing import pass_step_up

setup_test_environment()
seed()
names = [each.name for each in get_resolver().url_patterns if not isinstance(each, URLResolver)]
key = ApiKey.objects.first().pk
entry = Event.objects.filter(tenant_id=Tenant.objects.get(slug="acme").pk).first().pk
arguments = {"rotate": [key], "key-scope": [key], "key-delete": [key], "audit-entry": [entry]}
arguments["audit-entry-file"] = [entry]
arguments["join"] = ["of-no-invitation"]
found = {}
for who in ["", *(person.username for person in PEOPLE)]:
    client = Client(headers={"host": "localhost", "accept": "text/html"})
    assert not who or client.login(username=who, password=PASSWORD)
    if who:
        client.post(reverse("login"), {"username": who, "password": PASSWORD})
    for name in names:
        if name in {"logout", "start-card"}:  # they end the login session that asks
            continue
        url = reverse(name, args=arguments.get(name, []))
        found.setdefault(name, {})[who] = [
            getattr(client, method)(url).status_code for method in ("get", "post")
        ]
    for language in ("en", "de", "es", "fr"):
        client.cookies["django_language"] = language
        for url in ("/security/", "/security/add/", "/admin/"):
            found.setdefault(f"{url} {language}", {})[who] = [client.get(url).status_code]
    if who == "alice@acme":
        pass_step_up(client)
        for name in names:
            if name.endswith(("-export", "-download", "-file")):
                answer = client.get(reverse(name, args=arguments.get(name, [])))
                assert b"".join(answer)
                found[name]["after a step-up"] = [answer.status_code]
    found.setdefault("logout", {})[who] = [client.post(reverse("logout")).status_code]
print(json.dumps(found))
"""

OF_ONE_ROW = ("rotate", "key-scope", "key-delete", "audit-entry", "audit-entry-file", "join")


def answers(folder: Path) -> dict[str, dict[str, list[int]]]:
    """The status of each page by person, for GET and for an empty POST."""
    for words in (("migrate", "--verbosity", "0"), ("shell", "--no-imports", "-c", ASK)):
        done = subprocess.run(
            [sys.executable, "-W", "error", "manage.py", *words],
            cwd=ROOT,
            env=environment(folder),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found: dict[str, dict[str, list[int]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_page_is_there_for_somebody_and_breaks_for_nobody(tmp_path: Path) -> None:
    found = answers(tmp_path)
    assert len(found) > 20
    broken = {
        (page, who, status)
        for page, by_person in found.items()
        for who, statuses in by_person.items()
        for status in statuses
        # It was told no organization, or a row of another one.
        if status >= 500 or (status == 404 and page not in {"switch", *OF_ONE_ROW})
    }
    assert broken == set()
    posts_only = {"switch", "rotate", "key-scope", "key-delete", "api-keys", "logout"}
    for_keys_or_invited = {"api-contacts", "join"}
    shown = {page for page, by in found.items() if any(each[0] == 200 for each in by.values())}
    assert set(found) - shown - posts_only - for_keys_or_invited == set(), "a page nobody is shown"
    assert found["tour"][""] == [200, 405] or found["tour"][""][0] == 200
    assert found["keys"][""][0] == 302, "strangers are asked to log in"
