"""An import of members is guarded once, by what its rows give."""

from __future__ import annotations

from html import unescape

from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests import guarded
from tests.host import Host
from tests.stepup import begin, carry_out, go_on, url_of

TWO = {"rows": "7,admin\n8,member"}


def test_one_proof_serves_all_rows_of_an_import_with_an_administrator(paying: Host) -> None:
    carry_out(paying.client, paying.client.post("/import/", TWO))
    assert Event.objects.get(kind="checkpoint.passed").checkpoint == "role_grant"
    assert guarded.ran == ["imported 2"]


def test_the_page_says_how_many_are_brought_in(paying: Host) -> None:
    page = paying.client.get(url_of(paying.client.post("/import/", TWO))).content.decode()
    assert "2 members, 1 administrator" in unescape(page)


def test_the_proof_serves_no_other_rows(paying: Host) -> None:
    go_on(paying.client, begin(paying.client, paying.client.post("/import/", TWO)))
    other = {"rows": "9,admin\n8,member"}
    assert paying.client.post("/import/", other).status_code == 303
    assert guarded.ran == []


def test_ordinary_members_are_guarded_as_invitations_are(paying: Host) -> None:
    pass_step_up(paying.client)
    assert paying.client.post("/import/", {"rows": "7,member"}).status_code == 200
    assert paying.client.post("/import/", TWO).status_code == 303
