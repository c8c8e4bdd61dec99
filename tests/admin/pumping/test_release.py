"""Released numbers are listed masked, with whether they count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.models.rows import number_release

pytestmark = pytest.mark.django_db


def test_a_release_shows_whether_it_runs_and_no_number(site: Client) -> None:
    number_release("+12015550142")
    number_release("+12015550143", until=timezone.now() - timedelta(minutes=1))
    text = site.get(reverse("admin:otpguard_numberrelease_changelist")).content.decode()
    assert ">running<" in text
    assert ">over<" in text
    assert "+1 ••• ••42" in text
    assert "5550142" not in text
