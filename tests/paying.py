"""A host whose operations beside the seven are on, and accept a code by text message."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.host import Host

ON_BY_CODE = {"active": True, "required_level": "AAL2"}
NAMES = (
    "team_invite",
    "team_invite.privileged",
    "sensitive_setting",
    "transaction_flow",
    "account_closure",
)


@pytest.fixture
def paying(transactional_db: None, host: Host, settings: Any) -> Host:
    """An administrator of that host."""
    settings.ROOT_URLCONF = "tests.payment_host"
    settings.OTPGUARD = {
        **django_settings.OTPGUARD,
        "POLICY_DEFAULTS": dict.fromkeys(NAMES, ON_BY_CODE),
    }
    return host
