"""Giving a factor another name."""

from __future__ import annotations

import pytest

from otpguard.models import Challenge
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.web.foreign import assert_nothing_there

pytestmark = pytest.mark.django_db

URL = "/security/factors/{}/rename/"


def test_a_new_name_is_kept_after_a_proof(host: Host) -> None:
    url = URL.format(host.factor.pk)
    assert b"otpguard-name" in host.client.get(url).content
    answer = carry_out(host.client, host.client.post(url, {"name": "Work phone"}))
    assert answer.status_code == 303
    page = host.client.get(answer["Location"])
    assert b"The new name is saved." in page.content
    assert "<q>Work phone</q>" in page.content.decode()


def test_without_a_proof_the_old_name_stays(host: Host) -> None:
    before = host.factor.name
    assert host.client.post(URL.format(host.factor.pk), {"name": "x"}).status_code == 303
    host.factor.refresh_from_db()
    assert host.factor.name == before


@pytest.mark.parametrize("name", ["", "  ", "n" * 65, "\u202e\u200b"])
def test_a_name_that_is_none_is_said_and_asks_for_no_proof(host: Host, name: str) -> None:
    page = host.client.post(URL.format(host.factor.pk), {"name": name})
    assert page.status_code == 400
    assert b'aria-invalid="true"' in page.content
    assert not Challenge.objects.exists()


def test_a_name_is_kept_without_what_cannot_be_seen(host: Host) -> None:
    carry_out(
        host.client, host.client.post(URL.format(host.factor.pk), {"name": "Blue\u202e\x07 key"})
    )
    host.factor.refresh_from_db()
    assert host.factor.name == "Blue key"


def test_a_name_is_shown_as_text(host: Host) -> None:
    host.factor.name = "<b>x</b>"
    host.factor.save()
    assert b"<b>x" not in host.client.get(URL.format(host.factor.pk)).content


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_ones_own_is_not_there(host: Host, method: str) -> None:
    foreign = factories.phone_factor(factories.user())
    assert_nothing_there(host.client, URL, foreign.pk, method)
    given = factories.totp_factor(host.user, tenant=host.tenant)
    assert_nothing_there(host.client, URL, given.pk, method)
