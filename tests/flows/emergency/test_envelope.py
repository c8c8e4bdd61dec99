"""An envelope is made by an administrator, kept as digests, and replaces the one before."""

from __future__ import annotations

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.emergency.envelope import make_envelope, openable
from otpguard.models import Envelope, EnvelopeCode, Event
from tests import factories
from tests.flows.emergency.envelopes import prepared
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


def test_no_code_is_kept_in_words() -> None:
    opened = prepared()
    kept = list(EnvelopeCode.objects.values_list("digest", flat=True))
    assert len(kept) == len(set(opened.codes)) == 8
    assert not {code.replace("-", "") for code in opened.codes} & set(kept)
    event = Event.objects.get(kind="break_glass.prepared")
    assert not any(code in event.body for code in opened.codes)


def test_a_new_envelope_ends_the_older_one() -> None:
    opened = prepared()
    old = opened.codes.pop()
    make_envelope(
        facts=opened.ada, tenant_id=str(opened.tenant.pk), checkpoints=["api_key"], reason="again"
    )
    assert Envelope.objects.filter(ended_at=None).count() == 1
    with pytest.raises(NotAllowed, match="not an unused code"):
        opened.enter(opened.ada, old)


@pytest.mark.parametrize("named", [[], ["security_settings"], ["factor_change"], ["login"], ["x"]])
def test_what_protects_the_protection_is_never_opened(named: list[str]) -> None:
    tenant = factories.tenant()
    with pytest.raises(InvalidInput):
        make_envelope(
            facts=admin_of(tenant), tenant_id=str(tenant.pk), checkpoints=named, reason="a test"
        )
    assert "data_export" in openable()


def test_only_an_administrator_of_this_tenant_makes_one() -> None:
    tenant = factories.tenant()
    plain = factories.facts(factories.member(tenant).user, tenant)
    for by in (plain, admin_of(factories.tenant())):
        with pytest.raises(NotAllowed):
            make_envelope(
                facts=by, tenant_id=str(tenant.pk), checkpoints=["api_key"], reason="a test"
            )
    assert not Envelope.objects.exists()
