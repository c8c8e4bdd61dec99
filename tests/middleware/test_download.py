"""A page of ours learns that what it leads to is a download."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from otpguard.middleware.download import ASKED, COOKIE, STARTED, is_download
from otpguard.testing import pass_step_up
from tests.host import Host


@pytest.mark.parametrize(
    ("stated", "saved"),
    [
        ('attachment; filename="a.csv"', True),
        ("ATTACHMENT", True),
        ('inline; filename="attachment"', False),
        ("", False),
    ],
)
def test_what_is_attached_is_saved_and_all_else_is_shown(stated: str, saved: bool) -> None:
    response = HttpResponse(headers={"Content-Disposition": stated} if stated else {})
    assert is_download(response) is saved


@pytest.mark.parametrize(("path", "told"), [("/download/", True), ("/billing/", False)])
def test_the_page_that_waits_is_told_of_a_download_alone(
    host: Host, path: str, *, told: bool
) -> None:
    pass_step_up(host.client)
    host.client.cookies[COOKIE] = ASKED
    answer = host.client.get(path)
    assert answer.status_code == 200
    assert (COOKIE in answer.cookies) is told
    if told:
        assert answer.cookies[COOKIE].value == STARTED


def test_nobody_who_does_not_wait_gets_a_cookie(host: Host) -> None:
    pass_step_up(host.client)
    assert COOKIE not in host.client.get("/download/").cookies
