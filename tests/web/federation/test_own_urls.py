"""The URLs that people copy to their provider are this site's own."""

from __future__ import annotations

from typing import Any

from django.test import RequestFactory

from otpguard.web.federation.own_urls import callback_url, saml_places


def test_they_lie_where_single_sign_on_is_mounted(rf: RequestFactory, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.saml_host"
    request = rf.get("/", headers={"host": "testserver"})
    assert callback_url(request).startswith("http://testserver/")
    places = saml_places(request)
    assert places.acs != places.entity
