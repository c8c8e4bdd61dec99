"""A person is shown all that is stored about them, no secret, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import DatabaseError, models
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.email_first import mailbox_of
from otpguard.exceptions import NotAllowed
from otpguard.flows.erase import number_indexes, rows_of_person, uses_of_person
from otpguard.flows.privacy.erase_subject import erase_subject
from otpguard.flows.privacy.export_subject import REVEALED, SubjectExport, export_subject
from otpguard.models import Event, SubjectKey, Usage
from otpguard.models.fields import EncryptedTextField
from otpguard.vault import blind_indexes
from tests import factories
from tests.flows.setting import sent_code, stopped
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


def test_each_kind_that_goes_with_another_is_shown_as_well() -> None:
    shown = {rows.model for rows in rows_of_person(str(factories.user().pk))}
    for model in shown:
        for relation in model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
                assert relation.related_model in shown, (relation.related_model, model)


def test_what_is_shown_is_what_erasing_deletes_and_nothing_else() -> None:
    who = stopped()
    started = who.start()
    who.answer(started, sent_code(started))
    user, lee = str(who.facts.user), factories.user(email="lee@example.com")
    factories.recovery_codes(get_user_model().objects.get(pk=user))
    factories.phone_factor(lee, "+12015550188")
    _count_numbers(user)
    rows = [*rows_of_person(user), uses_of_person(user)]
    shown = {(each._meta.db_table, each.pk) for found in rows for each in found}
    counted = {table: 0 for table, _pk in shown}
    before = _everything()
    assert shown <= before
    names = set(export(user).kinds)
    tables = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in _models()}
    assert names == {tables[table] for table in counted}
    erase_subject(facts=RequestFacts(now=timezone.now()), user_id=user, reason="asked")
    gone = before - _everything()
    assert gone == shown
    assert "otpguard_usage" in counted
    assert len(counted) > 6


def _models() -> list[type[models.Model]]:
    return [
        each
        for each in apps.get_app_config("otpguard").get_models()
        if not each._meta.proxy and each not in {Event, SubjectKey}
    ]


def _count_numbers(user: str) -> None:
    """A use of each number of somebody, and of their mailbox."""
    email = mailbox_of(get_user_model().objects.get(pk=user).email)
    keys = [("number", index) for index in number_indexes(user)]
    keys += [("mailbox", index) for index in blind_indexes(email)[:1]]
    for cap, key in keys:
        Usage.objects.create(cap=cap, key=key, at=timezone.now(), challenge=uuid4())


def _everything() -> set[tuple[str, Any]]:
    return {
        (model._meta.db_table, pk)
        for model in _models()
        for pk in model._base_manager.values_list("pk", flat=True)
    }


def test_what_is_counted_of_a_number_is_shown_without_its_index() -> None:
    kim = factories.user()
    factories.phone_factor(kim, "+12015550123")
    user = str(kim.pk)
    _count_numbers(user)
    found = export(user)
    assert {each["cap"] for each in found.kinds["usages"]} == {"number", "mailbox"}
    for index in number_indexes(user):
        assert index not in text(found)
