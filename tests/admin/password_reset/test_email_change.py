"""Changed e-mail addresses are listed by person, without the e-mail address."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import EmailChange
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_change_is_found_by_its_person_and_shows_no_e_mail_address(site: Client) -> None:
    row = EmailChange.objects.create(user=factories.user("kim"), old="before@example.com")
    EmailChange.objects.create(user=factories.user("ada"), old="ada@example.com")
    listed = site.get(reverse("admin:otpguard_emailchange_changelist"), {"q": "kim"})
    page = site.get(reverse("admin:otpguard_emailchange_change", args=[row.pk]))
    assert ">ada<" not in listed.content.decode()
    for each in (listed, page):
        assert "kim" in each.content.decode()
        assert "before@" not in each.content.decode()
