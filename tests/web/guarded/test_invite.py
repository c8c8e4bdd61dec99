"""An invitation is guarded by what the new member may do."""

from __future__ import annotations

from html import unescape

import pytest

from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests import guarded
from tests.host import Host
from tests.stepup import begin, carry_out, go_on, url_of

ANN = {"email": "ann@example.com"}


@pytest.mark.parametrize(
    ("roles", "checkpoint"),
    [
        (["member"], "team_invite"),
        ([], "team_invite"),
        (["admin"], "team_invite.privileged"),
        (["member", "billing_admin"], "team_invite.privileged"),
        (["api_admin"], "team_invite.privileged"),
        (["owner"], "team_invite.privileged"),
    ],
)
def test_a_role_of_an_administrator_is_guarded_apart(
    paying: Host, roles: list[str], checkpoint: str
) -> None:
    carry_out(paying.client, paying.client.post("/invite/", {**ANN, "roles": roles}))
    assert Event.objects.get(kind="checkpoint.passed").checkpoint == checkpoint
    assert guarded.ran == ["invited ann@example.com"]


def test_the_page_names_who_is_invited_as_what(paying: Host) -> None:
    refused = paying.client.post("/invite/", {**ANN, "roles": ["admin"]})
    page = unescape(paying.client.get(url_of(refused)).content.decode())
    assert "ann@example.com: admin" in page
    assert "Invite somebody as an administrator" in page


def test_a_proof_for_one_person_invites_no_other_as_an_administrator(paying: Host) -> None:
    asked = {**ANN, "roles": ["admin"]}
    go_on(paying.client, begin(paying.client, paying.client.post("/invite/", asked)))
    other = {**asked, "email": "mallory@example.com"}
    assert paying.client.post("/invite/", other).status_code == 303
    assert guarded.ran == []


def test_an_ordinary_proof_does_not_invite_an_administrator(paying: Host) -> None:
    pass_step_up(paying.client)
    assert paying.client.post("/invite/", {**ANN, "roles": ["member"]}).status_code == 200
    assert paying.client.post("/invite/", {**ANN, "roles": ["admin"]}).status_code == 303
