"""The list of releases, and the button that destroys a file."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from tests.admin.acting import Act
from tests.releasing import files, jobs, ready

__all__ = ["jobs"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def test_an_operator_cancels_it(act: Act, operator: AbstractUser) -> None:
    _, release = ready()
    page = act(reverse("admin:otpguard_release_do_cancel", args=[release.pk])).content.decode()
    release.refresh_from_db()
    assert (release.state, release.ended_by_id, files()) == ("canceled", operator.pk, [])
    assert "canceled" in page


def test_pages_show_neither_file_nor_key_and_offer_nothing_after_the_end(site: Client) -> None:
    _, release = ready()
    url = reverse("admin:otpguard_release_change", args=[release.pk])
    page = site.get(url).content.decode()
    assert "People" in page
    assert release.file not in page
    assert reverse("admin:otpguard_release_do_cancel", args=[release.pk]) in page
    type(release).objects.update(state="expired", key="")
    assert (
        reverse("admin:otpguard_release_do_cancel", args=[release.pk])
        not in site.get(url).content.decode()
    )
    found = site.get(reverse("admin:otpguard_release_changelist"), {"q": release.job})
    assert "People" in found.content.decode()
