"""Notice addresses: few, confirmed by whoever reads them, never removed in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.urls import resolve
from django.utils import timezone

from otpguard import vault
from otpguard.channels.providers.memory import SENT
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.addresses import (
    LINK_LIFE,
    MOST,
    MOST_A_DAY,
    add_address,
    confirm_address,
    pending,
    remove_address,
)
from otpguard.models import Event, Notice, NoticeAddress
from otpguard.testing import captured_events, send_notices
from tests import factories
from tests.models.rows import raw
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "kim.home@example.org"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.notices.pages"


@pytest.fixture
def kim() -> AbstractUser:
    return factories.user("kim")


@pytest.fixture
def facts(kim: AbstractUser) -> RequestFacts:
    return factories.facts(kim, factories.tenant(), host="acme.example")


def token() -> str:
    """The token of the newest link that was sent."""
    send_notices()
    [link] = [
        word
        for message in SENT
        for word in message.text.split()
        if word.startswith("https://acme.example/security/address/")
    ][-1:]
    return str(resolve(link.removeprefix("https://acme.example")).kwargs["token"])


def confirmed(facts: RequestFacts, address: str = NEW) -> NoticeAddress:
    row = add_address(facts=facts, address=address)
    assert confirm_address(facts=facts, token=token())
    SENT.clear()
    row.refresh_from_db()
    return row


def test_the_new_address_gets_a_link_and_the_others_hear_of_it(facts: RequestFacts) -> None:
    with captured_events() as events:
        row = add_address(facts=facts, address=NEW)
    send_notices()
    assert [(m.to, m.subject.partition(": ")[2]) for m in SENT] == [
        ("kim@example.com", "An address for notices was added"),
        (NEW, "Confirm this address for notices"),
    ]
    assert not any(NEW in m.text for m in SENT), "nothing that a user typed"
    assert [(e["kind"], e["tenant"]) for e in events] == [("address.added", facts.tenant)]
    assert row.confirmed_at is None


def test_the_address_lies_encrypted_under_a_blind_index(facts: RequestFacts) -> None:
    row = add_address(facts=facts, address=f" {NEW.replace('example', 'EXAMPLE')} ")
    assert "@" not in raw(row, "address")
    row.refresh_from_db()
    assert row.address.reveal() == NEW
    assert row.address_index == vault.blind_indexes(NEW)[0]


def test_the_link_confirms_once_without_a_login(facts: RequestFacts) -> None:
    row = add_address(facts=facts, address=NEW)
    link, nobody = token(), factories.facts(host="acme.example")
    waiting = pending(token=link, now=nobody.now)
    assert waiting is not None
    assert waiting.pk == row.pk
    row.refresh_from_db()
    assert row.confirmed_at is None, "showing the page changes nothing (A8)"
    with captured_events() as events:
        assert confirm_address(facts=nobody, token=link)
        assert not confirm_address(facts=nobody, token=link)
    [event] = events
    assert (event["kind"], event["actor"], event["subject"], event["tenant"]) == (
        "address.confirmed",
        "",
        facts.user,
        "",
    )
    assert pending(token=link, now=nobody.now) is None


def test_of_many_clicks_at_once_one_counts(facts: RequestFacts) -> None:
    add_address(facts=facts, address=NEW)
    link = token()
    assert sum(race(lambda: confirm_address(facts=facts, token=link), threads=6)) == 1
    assert Event.objects.filter(kind="address.confirmed").count() == 1


def test_a_confirmation_in_somebody_elses_session_says_nothing_of_their_tenant(
    facts: RequestFacts,
) -> None:
    add_address(facts=facts, address=NEW)
    other, link = factories.facts(factories.user("lou"), factories.tenant()), token()
    with captured_events() as events:
        assert confirm_address(facts=other, token=link)
    assert [(e["actor"], e["subject"], e["tenant"]) for e in events] == [
        (other.user, facts.user, "")
    ]


def test_a_link_that_is_old_foreign_or_of_a_removed_address_confirms_nothing(
    facts: RequestFacts,
) -> None:
    row = add_address(facts=facts, address=NEW)
    link = token()
    late = replace(facts, now=row.created_at + LINK_LIFE)
    for given in ("", "nonsense", vault.seal(vault.ASK, str(row.pk)), link[:-4], "ü"):
        assert not confirm_address(facts=facts, token=given)
    assert not confirm_address(facts=facts, token=vault.seal(vault.ADDRESS, "no id"))
    assert not confirm_address(facts=late, token=link)
    remove_address(facts=facts, address_id=row.pk)
    assert not confirm_address(facts=facts, token=link)


def test_a_confirmed_address_gets_notices_and_an_unconfirmed_one_does_not(
    facts: RequestFacts,
) -> None:
    confirmed(facts)
    add_address(facts=facts, address="other@example.org")
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com", NEW, "other@example.org"]
    assert "Confirm" in SENT[-1].subject


def test_a_removed_address_hears_of_its_removal_and_of_what_comes_next(
    facts: RequestFacts,
) -> None:
    """A9."""
    row = confirmed(facts)
    with captured_events() as events:
        assert remove_address(facts=facts, address_id=row.pk)
        assert not remove_address(facts=facts, address_id=row.pk)
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com", NEW]
    assert all("An address for notices was removed" in m.subject for m in SENT)
    assert [e["kind"] for e in events] == ["address.removed"]
    SENT.clear()
    add_address(facts=facts, address="thief@example.net")
    send_notices()
    assert NEW in [m.to for m in SENT]


def test_an_unconfirmed_address_is_removed_without_a_word_to_it(facts: RequestFacts) -> None:
    row = add_address(facts=facts, address=NEW)
    send_notices()
    SENT.clear()
    assert remove_address(facts=facts, address_id=row.pk)
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com"]


def test_nobody_removes_an_address_of_somebody_else(facts: RequestFacts) -> None:
    row = add_address(facts=facts, address=NEW)
    for other in (factories.facts(factories.user("lou")), factories.facts()):
        assert not remove_address(facts=other, address_id=row.pk)
    row.refresh_from_db()
    assert row.removed_at is None


@pytest.mark.parametrize("again", [NEW, NEW.upper(), f"  {NEW} "])
def test_the_same_address_twice_is_refused(facts: RequestFacts, again: str) -> None:
    add_address(facts=facts, address=NEW)
    with pytest.raises(NotAllowed, match="on your list already"):
        add_address(facts=facts, address=again)


def test_the_same_address_is_found_while_the_index_moves(
    facts: RequestFacts, settings: Any
) -> None:
    old = {**settings.OTPGUARD, "INDEX_KEYS": ["the old key"]}
    settings.OTPGUARD = old
    add_address(facts=facts, address=NEW)
    settings.OTPGUARD = {**old, "INDEX_KEYS": ["the new key", "the old key"]}
    with pytest.raises(NotAllowed, match="on your list already"):
        add_address(facts=facts, address=NEW)


@pytest.mark.parametrize("own", ["kim@example.com", "Kim@Example.com"])
def test_the_accounts_own_address_is_refused(facts: RequestFacts, own: str) -> None:
    with pytest.raises(NotAllowed, match="anyway"):
        add_address(facts=facts, address=own)


@pytest.mark.parametrize("typed", ["", "kim", "kim@", "@example.org", "a@b.org\nBcc: c@d.org"])
def test_what_is_no_address_is_refused(facts: RequestFacts, typed: str) -> None:
    with pytest.raises(NotAllowed, match="not an e-mail address"):
        add_address(facts=facts, address=typed)


def test_there_are_at_most_three_and_removing_one_makes_room(facts: RequestFacts) -> None:
    rows = [add_address(facts=facts, address=f"a{n}@example.org") for n in range(MOST)]
    with pytest.raises(NotAllowed, match="Remove one first"):
        add_address(facts=facts, address=NEW)
    remove_address(facts=facts, address_id=rows[0].pk)
    add_address(facts=facts, address=NEW)


def test_of_many_additions_at_once_no_fourth_gets_in(facts: RequestFacts) -> None:
    names = iter([f"a{n}@example.org" for n in range(6)])

    def add() -> bool:
        try:
            add_address(facts=facts, address=next(names))
        except NotAllowed:
            return False
        return True

    assert sum(race(add, threads=6)) == MOST
    assert NoticeAddress.objects.count() == MOST


def test_adding_and_removing_in_turn_does_not_write_to_strangers_for_ever(
    facts: RequestFacts,
) -> None:
    for number in range(MOST_A_DAY):
        row = add_address(facts=facts, address=f"a{number}@example.org")
        remove_address(facts=facts, address_id=row.pk)
    with pytest.raises(NotAllowed, match="many addresses today"):
        add_address(facts=facts, address=NEW)
    add_address(facts=replace(facts, now=facts.now + 25 * HOUR), address=NEW)


def test_an_address_whose_link_has_lapsed_gives_way(facts: RequestFacts) -> None:
    for number in range(MOST):
        add_address(facts=facts, address=f"a{number}@example.org")
    later = replace(facts, now=facts.now + LINK_LIFE)
    again = add_address(facts=later, address="a0@example.org")
    assert list(NoticeAddress.objects.filter(removed_at=None)) == [again]


def test_without_a_login_or_a_link_nothing_is_written(facts: RequestFacts) -> None:
    with pytest.raises(NotAllowed, match="Log in first"):
        add_address(facts=factories.facts(host="acme.example"), address=NEW)
    with pytest.raises(NotAllowed, match="cannot be sent from here"):
        add_address(facts=replace(facts, host=""), address=NEW)
    assert NoticeAddress.objects.count() == Notice.objects.count() == Event.objects.count() == 0


def test_two_people_may_have_the_same_address(facts: RequestFacts) -> None:
    add_address(facts=facts, address=NEW)
    add_address(facts=factories.facts(factories.user("lou"), host="acme.example"), address=NEW)
    assert NoticeAddress.objects.filter(created_at__lte=timezone.now()).count() == 2
