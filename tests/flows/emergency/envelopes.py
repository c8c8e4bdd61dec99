"""An envelope of a tenant, and two administrators who open it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from otpguard.core.facts import RequestFacts
from otpguard.flows.emergency.envelope import make_envelope
from otpguard.flows.emergency.open import Entered, enter_code
from otpguard.models import EmergencyAccess, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of


@dataclass
class Prepared:
    """A tenant with an envelope for `api_key`, and its unused codes."""

    tenant: Tenant
    codes: list[str]
    ada: RequestFacts
    bob: RequestFacts

    def enter(self, by: RequestFacts, code: str = "", **changed: Any) -> Entered:
        """Use the next code, or the one given."""
        given = {"hours": 1, "drill": False, "reason": "no codes arrive", **changed}
        of = str(self.tenant.pk)
        return enter_code(facts=by, tenant_id=of, code=code or self.codes.pop(), **given)

    def open(self, **changed: Any) -> EmergencyAccess:
        """Both enter a code."""
        self.enter(self.ada, **changed)
        opened = self.enter(self.bob, **changed).access
        assert opened is not None
        return opened


def prepared() -> Prepared:
    """A fresh tenant with an envelope."""
    tenant = factories.tenant()
    ada, bob = (replace(admin_of(tenant), sid=f"sid-{name}") for name in ("ada", "bob"))
    _envelope, codes = make_envelope(
        facts=ada, tenant_id=str(tenant.pk), checkpoints=["api_key"], reason="a test"
    )
    return Prepared(tenant=tenant, codes=list(codes), ada=ada, bob=bob)
