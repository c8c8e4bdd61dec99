"""Emergency access is seen and ended from the command line, and never begun there."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from otpguard.flows.emergency.envelope import make_envelope
from otpguard.flows.emergency.open import enter_code
from otpguard.grants import emergency
from otpguard.models import Event, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db(transaction=True)


def said(*args: str) -> str:
    out = StringIO()
    call_command("otpguard_emergency", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def acme() -> Tenant:
    return factories.tenant("acme")


def open_it(tenant: Tenant) -> tuple[str, ...]:
    place = {"tenant_id": str(tenant.pk)}
    first, second = admin_of(tenant), admin_of(tenant)
    _envelope, codes = make_envelope(facts=first, checkpoints=["api_key"], reason="x", **place)
    for by, code in ((first, codes[0]), (second, codes[1])):
        enter_code(facts=by, code=code, hours=1, drill=False, reason="down", **place)
    return codes


def test_a_tenant_without_an_envelope_is_said_so(acme: Tenant) -> None:
    assert said("acme") == "There is no envelope.\nNothing is open.\n"


def test_it_says_what_is_open_and_no_code(acme: Tenant) -> None:
    codes = open_it(acme)
    text = said("acme")
    assert "unused codes: 6, opens: api_key" in text
    assert "for 2 people: api_key" in text
    assert not any(code in text for code in codes)
    assert emergency.running(str(acme.pk), now=timezone.now()), "to look ends nothing"


def test_it_ends_what_is_open_in_this_tenant_alone(acme: Tenant) -> None:
    other = factories.tenant("globex")
    open_it(acme), open_it(other)
    assert "Ended" in said("acme", "--end")
    assert not emergency.running(str(acme.pk), now=timezone.now())
    assert emergency.running(str(other.pk), now=timezone.now())
    assert Event.objects.filter(kind="break_glass.closed", tenant_id=acme.pk).count() == 1


def test_an_unknown_tenant_is_one_line() -> None:
    with pytest.raises(CommandError, match="no organization with this slug"):
        call_command("otpguard_emergency", "nowhere")


def test_a_store_that_is_down_is_one_line_and_ends_nothing(acme: Tenant) -> None:
    open_it(acme)
    with read_only_store(), pytest.raises(CommandError):
        call_command("otpguard_emergency", "acme", "--end", stdout=StringIO())
    assert emergency.running(str(acme.pk), now=timezone.now())
