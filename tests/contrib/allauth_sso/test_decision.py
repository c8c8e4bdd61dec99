"""Only providers of ours are decided about; the others stay allauth's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils.module_loading import import_string

from otpguard.models import Grant
from tests.contrib.allauth_sso.acme import Acme

pytest.importorskip("allauth")
pytest.importorskip("jwt", reason="otpguard[allauth] is not installed")
WHERE = "otpguard.contrib.allauth_sso.decision"


def test_another_provider_is_left_alone(acme: Acme) -> None:
    login: Any = SimpleNamespace(provider=object())
    decide = import_string(f"{WHERE}.decide")
    assert decide(request=RequestFactory().get("/"), sociallogin=login) is None
    import_string(f"{WHERE}.logged_in")(request=RequestFactory().get("/"), sociallogin=None)
    assert not Grant.objects.exists()
    assert acme.logged_in == ""
