"""Links between accounts and sign-ins in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import FederatedIdentity
from tests.admin.acting import Act
from tests.federating import signed_in

pytestmark = pytest.mark.django_db


def test_a_link_is_shown_and_undone(act: Act, site: Client) -> None:
    signed_in(subject="00u1")
    row = FederatedIdentity.objects.get()
    listed = site.get(reverse("admin:otpguard_federatedidentity_changelist"))
    assert "00u1" in listed.content.decode()
    act(reverse("admin:otpguard_federatedidentity_do_unlink", args=[row.pk]), reason="left")
    assert not FederatedIdentity.objects.exists()
