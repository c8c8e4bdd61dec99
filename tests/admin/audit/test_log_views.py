"""Who read the log in the admin stands in it, and what was searched for does not."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Event

pytestmark = pytest.mark.django_db


def test_a_look_at_the_list_is_an_event_without_what_was_searched_for(site: Client) -> None:
    site.get(reverse("admin:otpguard_event_changelist"), {"q": "ada", "kind": "key.created"})
    (told,) = Event.objects.filter(kind="data.read")
    data = json.loads(told.body)["data"]
    assert json.loads(data["filter"]) == {"kind": "key.created", "q": "…"}
    assert told.checkpoint == "audit_log_view"
