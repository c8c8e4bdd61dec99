"""The command prints a month's costs as CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from otpguard.management.commands.otpguard_costs import COLUMNS
from tests import factories
from tests.reports.deliveries import delivered

pytestmark = pytest.mark.django_db(transaction=True)


def printed(*words: str) -> list[list[str]]:
    out = StringIO()
    call_command("otpguard_costs", *words, stdout=out)
    return list(csv.reader(StringIO(out.getvalue())))


def test_a_line_for_each_tenant_channel_and_provider() -> None:
    acme = factories.tenant("acme", name="Acme")
    delivered(acme, 8_800), delivered(acme, 8_800), delivered(None, 5, channel="voice")
    head, *lines = printed("--month", "2026-03")
    assert head == list(COLUMNS)
    assert lines == [
        ["2026-03", "", "", "voice", "p", "1", "5", "0.000005"],
        ["2026-03", str(acme.pk), "Acme", "sms", "p", "2", "17600", "0.0176"],
    ]
    assert [line[2] for line in printed("--month", "2026-03", "--tenant", "acme")[1:]] == ["Acme"]


def test_without_a_month_it_is_this_one() -> None:
    assert len(printed()) == 1


def test_a_name_is_never_a_formula() -> None:
    delivered(factories.tenant(name="=1+1"), 1)
    assert printed("--month", "2026-03")[1][2] == "'=1+1"


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--month", "March"), "YYYY-MM"), (("--tenant", "nobody"), "no tenant")],
)
def test_a_mistake_ends_it_with_one_line(words: tuple[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        printed(*words)
