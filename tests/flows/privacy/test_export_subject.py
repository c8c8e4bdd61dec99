"""A person is shown all that is stored about them, no secret, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, models
from django.utils import timezone

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.erase import rows_of_person
from otpguard.flows.privacy.erase_subject import erase_subject
from otpguard.flows.privacy.export_subject import REVEALED, SubjectExport, export_subject
from otpguard.models import Event, SubjectKey
from otpguard.models.fields import EncryptedTextField
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
SAID = {"reason": "held", "count": 1}


def export(of: Any, **more: Any) -> SubjectExport:
    facts = RequestFacts(now=timezone.now(), **more)
    return export_subject(facts=facts, user_id=str(of), reason="ticket 4711")


def told(actor: Any, subject: Any, **more: Any) -> None:
    where = Circumstances(now=timezone.now(), actor=str(actor), subject=str(subject), **more)
    record(CheckpointDenied(reason="held"), where)


def text(found: SubjectExport) -> str:
    return json.dumps(found.as_json(), ensure_ascii=False)


def test_rows_and_events_of_a_person_are_shown() -> None:
    kim, tenant = factories.user(), factories.tenant(name="Acme")
    factories.member(tenant, kim)
    phone = factories.phone_factor(kim, "+12015550123")
    told(kim.pk, kim.pk, client_ip="203.0.113.9", tenant=str(tenant.pk))
    found = export(kim.pk)
    assert set(found.kinds) == {"factors", "members"}
    assert "+12015550123" in text(found)
    assert found.kinds["factors"][0]["id"] == str(phone.pk)
    (event,) = found.events
    assert (event["organization"], event["who"], event["about"]) == (
        *("Acme", "themselves", "themselves"),
    )
    assert event["details"] == {**SAID, "client_ip": "203.0.113.9"}
    assert len(found.references) == 1


def test_no_secret_is_shown() -> None:
    kim = factories.user()
    factor, secret = factories.totp_factor(kim), ""
    secret = factor.secret if isinstance(factor.secret, str) else factor.secret.reveal()
    found = export(kim.pk)
    assert len(found.kinds["factors"]) == 1
    assert secret not in found.kinds["factors"][0].values()
    assert "enc:" not in text(found)


def test_of_an_event_that_two_share_each_sees_their_own_part() -> None:
    told(7, 8, client_ip="203.0.113.9", target="the invoice")
    of_actor, of_subject = export(7), export(8)
    assert of_actor.events[0]["details"] == {**SAID, "client_ip": "203.0.113.9"}
    assert of_subject.events[0]["details"] == {**SAID, "target": "the invoice"}
    assert (of_subject.events[0]["who"], of_subject.events[0]["about"]) == (
        *("another person", "themselves"),
    )


def test_nothing_of_another_person_is_shown() -> None:
    kim, lee = factories.user(), factories.user()
    factories.phone_factor(lee, "+12015550188")
    told(lee.pk, lee.pk, client_ip="203.0.113.9")
    found = export(kim.pk)
    assert (found.kinds, found.events) == ({}, [])


def test_nobody_within_a_tenant_exports_a_person() -> None:
    inside = {"tenant": str(factories.tenant().pk), "user": "7", "user_is_staff": True}
    with pytest.raises(NotAllowed):
        export(8, **inside)
    assert not Event.objects.exists()


def test_the_export_is_an_event_with_its_reason() -> None:
    told(7, 7)
    export(7)
    said = Event.objects.get(kind="person.exported")
    assert said.subject_ref == "7"
    assert json.loads(said.body)["data"] == {"events": 1, "reason": "ticket 4711", "rows": 0}


def test_of_somebody_who_was_erased_nothing_is_found() -> None:
    told(7, 7, client_ip="203.0.113.9")
    erase_subject(facts=RequestFacts(now=timezone.now()), user_id="7", reason="asked")
    found = export(7)
    assert (found.kinds, found.events, found.references) == ({}, [], ())
    assert not SubjectKey.objects.filter(user_key="7").exists(), "nor by the export itself"


def test_while_the_database_is_away_it_fails() -> None:
    with no_answer(), pytest.raises(DatabaseError):
        export(7)


def test_each_encrypted_column_that_is_shown_is_one_of_ours() -> None:
    kinds: dict[str, type[models.Model]] = {
        rows.model.__name__: rows.model for rows in rows_of_person(str(factories.user().pk))
    }
    for model, name in REVEALED:
        assert isinstance(kinds[model]._meta.get_field(name), EncryptedTextField)
