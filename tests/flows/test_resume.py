"""A stopped form waits encrypted, is shown to its owner only and goes on once (D4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.flows.resume import consume, hold_request, is_secret, open_held
from otpguard.models import Event, HeldRequest
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


def keep(who: Stopped, *, path: str = PATH, fields: Any = None) -> str:
    return hold_request(
        facts=who.facts, ask=who.ask, path=path, fields=fields or FIELDS, files=["logo"]
    )


def use(who: Stopped, held: str, **changed: Any) -> bool:
    path = changed.pop("path", PATH)
    facts = replace(who.facts, now=timezone.now(), **changed)
    return consume(facts=facts, held_id=held, path=path, checkpoint="api_key")


def test_fields_come_back_with_all_their_values(who: Stopped) -> None:
    held = open_held(facts=who.facts, held_id=keep(who))
    assert held is not None
    assert held.fields == {"name": ["ci"], "scopes": ["read", "write"]}


def test_files_and_secrets_are_named_and_never_kept(who: Stopped) -> None:
    held = open_held(facts=who.facts, held_id=keep(who))
    assert held is not None
    assert held.withheld == ("card_number", "logo")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM otpguard_heldrequest")
        row = str(cursor.fetchall())
    assert "4242" not in row
    assert '"name"' not in row, "the body is encrypted"


def test_it_goes_on_once(who: Stopped) -> None:
    held = keep(who)
    assert use(who, held)
    assert not use(who, held)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["request.held", "request.continued", "request.rejected"]
    assert open_held(facts=who.facts, held_id=held) is None


@pytest.mark.parametrize("foreign", ["sid", "user"])
def test_somebody_else_can_neither_see_nor_use_it(who: Stopped, foreign: str) -> None:
    held = keep(who)
    other = "another" if foreign == "sid" else str(factories.user().pk)
    assert open_held(facts=replace(who.facts, **{foreign: other}), held_id=held) is None
    assert not use(who, held, **{foreign: other})
    assert use(who, held), "and it is not used up by the try"


def test_it_goes_to_its_own_path_only(who: Stopped) -> None:
    held = keep(who)
    assert not use(who, held, path="/roles/eve/")
    assert use(who, held)


def test_it_lapses_after_ten_minutes(who: Stopped) -> None:
    held = keep(who)
    factories.age(HeldRequest.objects.get(), expires_at=timezone.now() - timedelta(seconds=1))
    assert open_held(facts=replace(who.facts, now=timezone.now()), held_id=held) is None
    assert not use(who, held)


@pytest.mark.parametrize("made_up", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_made_up_reference_is_refused_with_an_event(who: Stopped, made_up: str) -> None:
    assert not use(who, made_up)
    assert Event.objects.get().kind == "request.rejected"


def test_only_the_three_newest_of_a_session_are_kept(who: Stopped) -> None:
    """A12: nobody fills the table."""
    for number in range(6):
        who.facts = replace(who.facts, now=timezone.now())
        keep(who, path=f"/{number}/")
    assert sorted(HeldRequest.objects.values_list("path", flat=True)) == ["/3/", "/4/", "/5/"]


def test_a_form_over_the_limit_is_not_kept(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "HELD_BYTES": 100}
    assert keep(who, fields={"text": ["x" * 200]}) == ""
    assert not HeldRequest.objects.exists()


@pytest.mark.parametrize(
    ("name", "secret"),
    [("new_password1", True), ("CVC", True), ("api_token", True), ("name", False)],
)
def test_a_fields_name_says_whether_it_is_secret(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_the_same_form_again_and_again_is_one_event(who: Stopped) -> None:
    for _ in range(20):
        keep(who)
    assert Event.objects.filter(kind="request.held").count() == 1


def test_after_a_switch_to_another_tenant_it_is_not_sent_on(who: Stopped) -> None:
    held, elsewhere = keep(who), str(factories.tenant().pk)
    assert open_held(facts=replace(who.facts, tenant=elsewhere), held_id=held) is None
    assert not use(who, held, tenant=elsewhere)
    assert Event.objects.filter(kind="request.rejected").count() == 1
    assert use(who, held), "back in its own tenant it still can"
