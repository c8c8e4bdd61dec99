"""A stopped form waits encrypted, is shown to its owner only and goes on once (D4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.flows.checkpoint.kept_form import (
    Blank,
    SentForm,
    is_secret,
    is_used,
    keep_form,
    open_form,
    record_rejected,
    take_form,
)
from otpguard.models import Event, KeptForm
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db

PATH = "/keys/"
FIELDS = {
    "name": ["ci"],
    "scopes": ["read", "write"],
    "csrfmiddlewaretoken": ["abc"],
    "card_number": ["4242424242424242"],
}


@pytest.fixture
def who() -> Stopped:
    return stopped("api_key")


def keep(who: Stopped, *, path: str = PATH, fields: Any = None, sent: str = "") -> str:
    return keep_form(
        facts=who.facts,
        ask=who.ask,
        path=path,
        fields=fields or FIELDS,
        files=["logo"],
        labels={"name": "Name of the key", "card_number": "Card"},
        sent=sent,
    )


def use(who: Stopped, kept: str, **changed: Any) -> bool:
    form = SentForm(id=kept, path=changed.pop("path", PATH))
    facts = replace(who.facts, now=timezone.now(), **changed)
    with transaction.atomic():
        taken = take_form(facts=facts, form=form, checkpoint="api_key")
    if not taken:
        record_rejected(facts=facts, form=form, checkpoint="api_key")
    return taken


def test_fields_come_back_with_all_their_values(who: Stopped) -> None:
    kept = open_form(facts=who.facts, form_id=keep(who))
    assert kept is not None
    assert kept.fields == {"name": ["ci"], "scopes": ["read", "write"]}


def test_files_and_secrets_are_named_and_never_kept(who: Stopped) -> None:
    kept = open_form(facts=who.facts, form_id=keep(who))
    assert kept is not None
    assert kept.blanks == (("card_number", Blank.HIDDEN), ("logo", Blank.FILE))
    assert kept.labels == {"name": "Name of the key", "card_number": "Card"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM otpguard_keptform")
        row = str(cursor.fetchall())
    assert "4242" not in row
    assert '"name"' not in row, "the body is encrypted"


def test_it_goes_on_once(who: Stopped) -> None:
    kept = keep(who)
    assert use(who, kept)
    assert not use(who, kept)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["form.kept", "form.continued", "form.rejected"]
    assert open_form(facts=who.facts, form_id=kept) is None


@pytest.mark.parametrize("foreign", ["sid", "user"])
def test_somebody_else_can_neither_see_nor_use_it(who: Stopped, foreign: str) -> None:
    kept = keep(who)
    other = "another" if foreign == "sid" else str(factories.user().pk)
    assert open_form(facts=replace(who.facts, **{foreign: other}), form_id=kept) is None
    assert not use(who, kept, **{foreign: other})
    assert use(who, kept), "and it is not used up by the try"


def test_it_goes_to_its_own_path_only(who: Stopped) -> None:
    kept = keep(who)
    assert not use(who, kept, path="/roles/eve/")
    assert use(who, kept)


def test_it_lapses_after_ten_minutes(who: Stopped) -> None:
    kept = keep(who)
    factories.age(KeptForm.objects.get(), expires_at=timezone.now() - timedelta(seconds=1))
    assert open_form(facts=replace(who.facts, now=timezone.now()), form_id=kept) is None
    assert not use(who, kept)


@pytest.mark.parametrize("made_up", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_made_up_reference_is_refused_with_an_event(who: Stopped, made_up: str) -> None:
    assert not use(who, made_up)
    assert Event.objects.get().kind == "form.rejected"


def test_only_the_three_newest_of_a_session_are_kept(who: Stopped) -> None:
    """A12: nobody fills the table."""
    for number in range(6):
        who.facts = replace(who.facts, now=timezone.now())
        keep(who, path=f"/{number}/")
    assert sorted(KeptForm.objects.values_list("path", flat=True)) == ["/3/", "/4/", "/5/"]


def test_one_that_was_sent_on_is_not_deleted_to_make_room(who: Stopped) -> None:
    """Its view may fail, and then it can be sent on again."""
    sent = keep(who)
    assert use(who, sent)
    for number in range(4):
        who.facts = replace(who.facts, now=timezone.now())
        keep(who, path=f"/{number}/")
    assert is_used(facts=who.facts, form_id=sent)


def test_the_same_form_sent_on_and_stopped_again_is_kept_once(who: Stopped) -> None:
    kept = keep(who)
    for _ in range(5):
        assert keep(who, sent=kept) == kept
    assert KeptForm.objects.count() == 1


@pytest.mark.parametrize("difference", ["fields", "path", "used", "unknown"])
def test_any_other_form_is_kept_as_its_own(who: Stopped, difference: str) -> None:
    kept = keep(who)
    changed: dict[str, Any] = {"sent": kept}
    if difference == "fields":
        changed["fields"] = {**FIELDS, "name": ["cd"]}
    elif difference == "path":
        changed["path"] = "/other/"
    elif difference == "used":
        use(who, kept)
    else:
        changed["sent"] = "nonsense"
    assert keep(who, **changed) not in {"", kept}
    assert KeptForm.objects.count() == 2


def test_a_form_over_the_limit_is_not_kept(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "KEPT_FORM_BYTES": 100}
    assert keep(who, fields={"text": ["x" * 200]}) == ""
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    ("name", "secret"),
    [("new_password1", True), ("CVC", True), ("api_token", True), ("name", False)],
)
def test_a_fields_name_says_whether_it_is_secret(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_the_same_form_again_and_again_is_one_event(who: Stopped) -> None:
    for _ in range(20):
        keep(who)
    assert Event.objects.filter(kind="form.kept").count() == 1


def test_after_a_switch_to_another_tenant_it_is_not_sent_on(who: Stopped) -> None:
    kept, elsewhere = keep(who), str(factories.tenant().pk)
    assert open_form(facts=replace(who.facts, tenant=elsewhere), form_id=kept) is None
    assert not use(who, kept, tenant=elsewhere)
    assert Event.objects.filter(kind="form.rejected").count() == 1
    assert use(who, kept), "back in its own tenant it still can"
