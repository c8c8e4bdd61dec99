"""Answers of vendors are listed without numbers, and vendors with how they are doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.core.pumping.intel.number_cache import CachedAnswer, dump
from otpguard.core.pumping.intel.number_report import LineType, NumberReport
from otpguard.models import NumberAnswer, VendorState

pytestmark = pytest.mark.django_db


def listed(site: Client, name: str, **query: str) -> str:
    return site.get(reverse(f"admin:otpguard_{name}_changelist"), query).content.decode()


def answer(vendor: str, until: datetime, index: str = "a") -> None:
    report = NumberReport(line_type=LineType.VOIP, risk=61)
    text = dump(CachedAnswer(report=report))
    NumberAnswer.objects.create(vendor=vendor, phone_index=index * 64, answer=text, until=until)


def vendor(name: str, **changed: object) -> None:
    now = timezone.now()
    fields = {"day": now.astimezone(UTC).date(), "window_at": now, **changed}
    VendorState.objects.create(name=name, **fields)


def test_an_answer_says_what_is_known_and_whether_it_counts(site: Client) -> None:
    answer("twilio", timezone.now() + timedelta(hours=1))
    answer("operator", timezone.now() - timedelta(hours=1), index="b")
    text = listed(site, "numberanswer")
    assert "line_type: voip, risk: 61" in text
    assert ">in use<" in text
    assert ">over<" in text
    assert "a" * 64 not in text


def test_answers_are_found_by_their_vendor(site: Client) -> None:
    for name, index in (("twilio", "a"), ("operator", "b")):
        vendor(name)
        answer(name, timezone.now(), index=index)
    for query in ({"q": "twil"}, {"vendor": "twilio"}):
        text = listed(site, "numberanswer", **query)
        assert text.count("line_type: voip") == 1


def test_a_vendor_shows_its_pause_and_what_is_left_of_the_day(site: Client) -> None:
    now = timezone.now()
    vendor("twilio", asked=7, state="paused", paused_until=now + timedelta(seconds=30))
    vendor("operator", asked=9, day=(now - timedelta(days=1)).date())
    text = listed(site, "vendorstate")
    assert ">paused<" in text
    assert ">7<" in text
    assert ">9<" not in text, "of yesterday"
