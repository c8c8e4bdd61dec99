"""What reviewers ask for: the signed head and its keys, the program, true answers."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import is_zipfile

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.audit.logs import newest_seal, note_of
from otpguard.audit.seal_check import keys_of
from otpguard.models import ALL_HEADS, LogCheck, Publication
from otpguard.web.team.trust import security_facts
from tests import factories
from tests.flows.audit.logging import begin, seal, write
from tests.host import Host
from tests.stepup import step_up
from tests.store_down import no_answer
from tests.web.team.enterprise import strangers

PAGE = "/security/team/trust/"


def opened(host: Host, path: str = PAGE) -> Any:
    """The page after a proof for the log."""
    answer = host.client.get(path)
    return step_up(host.client, answer) if answer.status_code == 302 else answer


@pytest.mark.django_db(transaction=True)
def test_the_newest_head_and_its_keys_are_shown_and_given_away(host: Host) -> None:
    begin()
    write(host.tenant.pk)
    seal()
    head = newest_seal(host.tenant.pk)
    assert head is not None
    text = opened(host).content.decode()
    keys = [key.text() for key in keys_of(host.tenant.pk)]
    assert note_of(head).full().splitlines()[0] in text
    assert keys[0] in text
    file = opened(host, f"{PAGE}head/")
    newest = newest_seal(host.tenant.pk)
    assert newest is not None
    assert "attachment" in file["Content-Disposition"]
    said = file.content.decode()
    assert note_of(newest).full() in said
    assert all(key in said for key in keys)


@pytest.mark.django_db
def test_before_the_first_head_there_is_no_file(host: Host) -> None:
    assert "There is none yet." in opened(host).content.decode()
    assert opened(host, f"{PAGE}head/").status_code == 404


@pytest.mark.django_db
def test_the_program_is_one_file_that_python_runs(host: Host) -> None:
    file = host.client.get(f"{PAGE}verifier/")
    assert is_zipfile(BytesIO(file.content))


@pytest.mark.django_db
def test_the_answers_are_those_of_this_site_now(settings: Any) -> None:
    tenant = factories.tenant()
    said = {each.question: each.answer for each in security_facts(tenant)}
    assert said["When was the log last checked as a whole?"] == "Not yet."
    assert said["Are signed heads kept outside the database?"] == "No."
    assert said["How long does the log stay?"] == "6 years."
    assert "Where does data lie?" not in said
    LogCheck.objects.create(log=ALL_HEADS, finished_at=timezone.now(), damages=2)
    LogCheck.objects.create(log=tenant.pk, finished_at=timezone.now())
    Publication.objects.create(name="directory", published_at=timezone.now())
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGION": "EU"}
    said = {each.question: each.answer for each in security_facts(tenant)}
    assert said["When was the log last checked as a whole?"] == "Damages were found."
    assert said["Are signed heads kept outside the database?"] == "No.", "it is off by now"
    assert said["Where does data lie?"] == "EU"


@pytest.mark.django_db
def test_administrators_alone_open_it(host: Host) -> None:
    for who, client in strangers(host):
        if who == "member":
            for path in ("", "head/", "verifier/"):
                assert client.get(f"{PAGE}{path}").status_code == 403
    assert Client().get(PAGE).status_code == 302


@pytest.mark.django_db
def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503
