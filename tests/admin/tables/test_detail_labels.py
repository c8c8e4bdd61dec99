"""The fields of audit events in words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from otpguard.admin.tables.detail_labels import DETAILS, detail_label, detail_text
from otpguard.core.events.base import CATALOG, field_names


def test_every_field_of_every_event_has_a_label_and_no_other() -> None:
    assert set(DETAILS) == {name for kind in CATALOG for name in field_names(kind)}


def test_a_field_of_another_release_is_shown_as_it_is() -> None:
    assert detail_label("color") == "color"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("active", True, "yes"),
        ("reason", "", ""),
        ("reason", "proof_stale", "Your last confirmation was too long ago."),
        ("failure", "balance", "the balance at the vendor is used up"),
        ("fault", "of_another_release", "of another release"),
        ("reason", "invited by ada_k", "invited by ada_k"),
        ("until", "2026-11-29T13:19:47.350689+00:00", "Nov. 29, 2026, 1:19 p.m."),
        ("until", "whenever", "whenever"),
        ("name", "ci_key", "ci_key"),
        ("level", "AAL2", "a second way to confirm (AAL2)"),
        ("level", "AAL9", "AAL9"),
        ("channel", "sms", "text message"),
        ("channels", ["sms", "pigeon"], "text message, pigeon"),
        ("method", "totp", "Code of an app"),
        ("kind", "tin", "tin"),
        ("primary", "sso", "single sign-on"),
        ("weakened", ["ttl"], "Time a proof serves"),
        ("wishes", {"allowed_number_types": ["mobile"]}, "Allowed kinds of number: mobile"),
        ("after", {"tags": [], "slug": "acme"}, "tags (empty), short name acme"),
    ],
)
def test_values_are_words(name: str, value: object, said: str) -> None:
    assert detail_text(name, value) == said


def test_they_are_said_in_the_readers_language() -> None:
    with override("de"):
        assert detail_text("active", False) == "nein"
        assert detail_label("days of grace") == "days of grace"
        assert detail_label("grace_days") == "Karenztage"
