"""Notices: shown with their outcome, destinations masked, nothing to press."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from otpguard.flows.notice.notify import notify
from otpguard.models import Notice
from otpguard.notices.kinds import NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_notice_changelist"


def told() -> list[Notice]:
    kim = factories.user("kim")
    kind = NoticeKind.FACTOR_CHANGED
    facts = factories.facts(kim)
    notify(facts=facts, kind=kind, user_id=str(kim.pk), also_to_number="+12015550123")
    return list(Notice.objects.order_by("channel"))


def test_notices_are_listed_with_kind_channel_and_masked_destination(site: Client) -> None:
    told()
    listed = site.get(reverse(LIST)).content.decode()
    for shown in ("Your phone number was replaced", "text message", "k•••@example.com"):
        assert shown in listed
    assert "+1 ••• ••23" in listed
    assert "kim@example.com" not in listed
    assert "+12015550123" not in listed


def test_a_notice_has_a_page_that_leads_to_the_persons_events(site: Client) -> None:
    notice = told()[0]
    answer = site.get(reverse("admin:otpguard_notice_change", args=[notice.pk]))
    page = answer.content.decode()
    assert reverse("admin:otpguard_event_changelist") + "?q=kim" in page
    assert "kim@example.com" not in page
    assert 'name="_save"' not in page


def test_what_can_be_read_no_more_is_shown_as_it_is(site: Client) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that is lost by now"]}):
        lost, _ = told()
    factories.age(lost, kind="moon_full")
    factories.age(lost, user=None)
    page = site.get(reverse("admin:otpguard_notice_change", args=[lost.pk])).content.decode()
    assert "moon_full" in page
    assert site.get(reverse(LIST), {"q": "moon"}).status_code == 200
