"""A number is released from the command line, and only shown masked."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from otpguard.models import NumberRelease

pytestmark = pytest.mark.django_db


def test_it_releases_the_number_and_shows_it_masked() -> None:
    out = StringIO()
    call_command("otpguard_release_number", "+1 201 555 0123", "--reason", "called in", stdout=out)
    row = NumberRelease.objects.get()
    assert (row.reason, row.by, str(row.number)) == ("called in", None, "Encrypted(••••)")
    assert "released until" in out.getvalue()
    assert "0123" not in out.getvalue()


@pytest.mark.parametrize(
    ("number", "reason", "said"),
    [("555", "r", "valid phone number"), ("+12015550123", " ", "Say why")],
)
def test_a_mistake_is_one_line(number: str, reason: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("otpguard_release_number", number, "--reason", reason)
    assert not NumberRelease.objects.exists()
