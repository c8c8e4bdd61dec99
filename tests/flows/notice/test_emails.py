"""Notice e-mail addresses: few, confirmed by their readers, never removed in silence."""

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
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.notice.emails import (
    LINK_LIFE,
    MOST,
    MOST_A_DAY,
    add_email,
    confirm_email,
    pending,
    remove_email,
)
from otpguard.models import Event, Notice, NoticeEmail
from otpguard.testing import captured_events, send_notices
from otpguard.testing.racing import race
from tests import factories
from tests.models.rows import raw

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
        if word.startswith("https://acme.example/security/email/")
    ][-1:]
    return str(resolve(link.removeprefix("https://acme.example")).kwargs["token"])


def confirmed(facts: RequestFacts, email: str = NEW) -> NoticeEmail:
    row = add_email(facts=facts, email=email)
    assert confirm_email(facts=facts, token=token())
    SENT.clear()
    row.refresh_from_db()
    return row


def test_the_new_email_gets_a_link_and_the_others_hear_of_it(facts: RequestFacts) -> None:
    with captured_events() as events:
        row = add_email(facts=facts, email=NEW)
    send_notices()
    assert [(m.to, m.subject.partition(": ")[2]) for m in SENT] == [
        ("kim@example.com", "An e-mail address for notices was added"),
        (NEW, "Confirm this e-mail address for notices"),
    ]
    assert not any(NEW in m.text for m in SENT), "nothing that a user typed"
    assert [(e["kind"], e["tenant"]) for e in events] == [("email.added", facts.tenant)]
    assert row.confirmed_at is None


def test_the_email_lies_encrypted_under_a_blind_index(facts: RequestFacts) -> None:
    row = add_email(facts=facts, email=f" {NEW.replace('example', 'EXAMPLE')} ")
    assert "@" not in raw(row, "email")
    row.refresh_from_db()
    assert row.email.reveal() == NEW
    assert row.email_index == vault.blind_indexes(NEW)[0]


def test_the_link_confirms_once_without_a_login(facts: RequestFacts) -> None:
    row = add_email(facts=facts, email=NEW)
    link, nobody = token(), factories.facts(host="acme.example")
    waiting = pending(token=link, now=nobody.now)
    assert waiting is not None
    assert waiting.pk == row.pk
    row.refresh_from_db()
    assert row.confirmed_at is None, "showing the page changes nothing (A8)"
    with captured_events() as events:
        assert confirm_email(facts=nobody, token=link)
        assert not confirm_email(facts=nobody, token=link)
    [event] = events
    assert (event["kind"], event["actor"], event["subject"], event["tenant"]) == (
        "email.confirmed",
        "",
        facts.user,
        "",
    )
    assert pending(token=link, now=nobody.now) is None


def test_of_many_clicks_at_once_one_counts(facts: RequestFacts) -> None:
    add_email(facts=facts, email=NEW)
    link = token()
    assert sum(race(lambda: confirm_email(facts=facts, token=link), threads=6)) == 1
    assert Event.objects.filter(kind="email.confirmed").count() == 1


def test_a_confirmation_in_somebody_elses_session_says_nothing_of_their_tenant(
    facts: RequestFacts,
) -> None:
    add_email(facts=facts, email=NEW)
    other, link = factories.facts(factories.user("lou"), factories.tenant()), token()
    with captured_events() as events:
        assert confirm_email(facts=other, token=link)
    assert [(e["actor"], e["subject"], e["tenant"]) for e in events] == [
        (other.user, facts.user, "")
    ]


def test_a_link_that_is_old_foreign_or_of_a_removed_email_confirms_nothing(
    facts: RequestFacts,
) -> None:
    row = add_email(facts=facts, email=NEW)
    link = token()
    late = replace(facts, now=row.created_at + LINK_LIFE)
    for given in ("", "nonsense", vault.encrypt_token(vault.ASK, str(row.pk)), link[:-4], "ü"):
        assert not confirm_email(facts=facts, token=given)
    assert not confirm_email(facts=facts, token=vault.encrypt_token(vault.EMAIL, "no id"))
    assert not confirm_email(facts=late, token=link)
    remove_email(facts=facts, email_id=row.pk)
    assert not confirm_email(facts=facts, token=link)


def test_a_confirmed_email_gets_notices_and_an_unconfirmed_one_does_not(
    facts: RequestFacts,
) -> None:
    confirmed(facts)
    add_email(facts=facts, email="other@example.org")
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com", NEW, "other@example.org"]
    assert "Confirm" in SENT[-1].subject


def test_a_removed_email_hears_of_its_removal_and_of_what_comes_next(
    facts: RequestFacts,
) -> None:
    """A9."""
    row = confirmed(facts)
    with captured_events() as events:
        assert remove_email(facts=facts, email_id=row.pk)
        assert not remove_email(facts=facts, email_id=row.pk)
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com", NEW]
    assert all("An e-mail address for notices was removed" in m.subject for m in SENT)
    assert [e["kind"] for e in events] == ["email.removed"]
    SENT.clear()
    add_email(facts=facts, email="thief@example.net")
    send_notices()
    assert NEW in [m.to for m in SENT]


def test_an_unconfirmed_email_is_removed_without_a_word_to_it(facts: RequestFacts) -> None:
    row = add_email(facts=facts, email=NEW)
    send_notices()
    SENT.clear()
    assert remove_email(facts=facts, email_id=row.pk)
    send_notices()
    assert [m.to for m in SENT] == ["kim@example.com"]


def test_nobody_removes_an_email_of_somebody_else(facts: RequestFacts) -> None:
    row = add_email(facts=facts, email=NEW)
    for other in (factories.facts(factories.user("lou")), factories.facts()):
        assert not remove_email(facts=other, email_id=row.pk)
    row.refresh_from_db()
    assert row.removed_at is None


@pytest.mark.parametrize("again", [NEW, NEW.upper(), f"  {NEW} "])
def test_the_same_email_twice_is_refused(facts: RequestFacts, again: str) -> None:
    add_email(facts=facts, email=NEW)
    with pytest.raises(InvalidInput, match="on your list already"):
        add_email(facts=facts, email=again)


def test_the_same_email_is_found_while_the_index_moves(facts: RequestFacts, settings: Any) -> None:
    old = {**settings.OTPGUARD, "INDEX_KEYS": ["the old key"]}
    settings.OTPGUARD = old
    add_email(facts=facts, email=NEW)
    settings.OTPGUARD = {**old, "INDEX_KEYS": ["the new key", "the old key"]}
    with pytest.raises(InvalidInput, match="on your list already"):
        add_email(facts=facts, email=NEW)


@pytest.mark.parametrize("own", ["kim@example.com", "Kim@Example.com"])
def test_the_accounts_own_email_is_refused(facts: RequestFacts, own: str) -> None:
    with pytest.raises(InvalidInput, match="anyway"):
        add_email(facts=facts, email=own)


@pytest.mark.parametrize("typed", ["", "kim", "kim@", "@example.org", "a@b.org\nBcc: c@d.org"])
def test_what_is_no_email_is_refused(facts: RequestFacts, typed: str) -> None:
    with pytest.raises(InvalidInput, match="not an e-mail address"):
        add_email(facts=facts, email=typed)


def test_there_are_at_most_three_and_removing_one_makes_room(facts: RequestFacts) -> None:
    rows = [add_email(facts=facts, email=f"a{n}@example.org") for n in range(MOST)]
    with pytest.raises(NotAllowed, match="Remove one first"):
        add_email(facts=facts, email=NEW)
    remove_email(facts=facts, email_id=rows[0].pk)
    add_email(facts=facts, email=NEW)


def test_of_many_additions_at_once_no_fourth_gets_in(facts: RequestFacts) -> None:
    names = iter([f"a{n}@example.org" for n in range(6)])

    def add() -> bool:
        try:
            add_email(facts=facts, email=next(names))
        except NotAllowed:
            return False
        return True

    assert sum(race(add, threads=6)) == MOST
    assert NoticeEmail.objects.count() == MOST


def test_adding_and_removing_in_turn_does_not_write_to_strangers_for_ever(
    facts: RequestFacts,
) -> None:
    for number in range(MOST_A_DAY):
        row = add_email(facts=facts, email=f"a{number}@example.org")
        remove_email(facts=facts, email_id=row.pk)
    with pytest.raises(NotAllowed, match="many e-mail addresses today"):
        add_email(facts=facts, email=NEW)
    add_email(facts=replace(facts, now=facts.now + 25 * HOUR), email=NEW)


def test_an_email_whose_link_has_lapsed_gives_way(facts: RequestFacts) -> None:
    for number in range(MOST):
        add_email(facts=facts, email=f"a{number}@example.org")
    later = replace(facts, now=facts.now + LINK_LIFE)
    again = add_email(facts=later, email="a0@example.org")
    assert list(NoticeEmail.objects.filter(removed_at=None)) == [again]


def test_without_a_login_or_a_link_nothing_is_written(facts: RequestFacts) -> None:
    with pytest.raises(NotAllowed, match="Log in first"):
        add_email(facts=factories.facts(host="acme.example"), email=NEW)
    with pytest.raises(NotAllowed, match="cannot be sent from here"):
        add_email(facts=replace(facts, host=""), email=NEW)
    assert NoticeEmail.objects.count() == Notice.objects.count() == Event.objects.count() == 0


def test_two_people_may_have_the_same_email(facts: RequestFacts) -> None:
    add_email(facts=facts, email=NEW)
    add_email(facts=factories.facts(factories.user("lou"), host="acme.example"), email=NEW)
    assert NoticeEmail.objects.filter(created_at__lte=timezone.now()).count() == 2
