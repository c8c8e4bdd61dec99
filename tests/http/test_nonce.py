"""The nonce of the host's own content policy, on our pages."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from otpguard.http.pages import hardened, nonce_of
from tests import factories

NONCE = "c2l4dGVlbiBieXRlcyE"
DJANGOS = "django.middleware.csp"


@pytest.mark.parametrize("name", ["csp_nonce", "_csp_nonce"])
def test_a_nonce_is_read_where_djangos_and_django_csps_middleware_keep_it(name: str) -> None:
    request = RequestFactory().get("/")
    assert nonce_of(request) == nonce_of(None) == ""
    setattr(request, name, SimpleLazyObject(lambda: NONCE))
    assert nonce_of(request) == NONCE
    allowed = hardened(request, HttpResponse())["Content-Security-Policy"]
    assert f"script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}';" in allowed


@pytest.mark.parametrize("odd", ["", "short", "a" * 16 + "'; script-src *", "a" * 16 + '"', 5])
def test_what_is_no_nonce_opens_nothing(odd: object) -> None:
    request = RequestFactory().get("/")
    request.__dict__["_csp_nonce"] = odd
    assert nonce_of(request) == ""


class GivesNonce:
    """A host's middleware, as Django's own and django-csp are one."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.__dict__["_csp_nonce"] = SimpleLazyObject(lambda: NONCE)
        answer: HttpResponse = self.get_response(request)
        return answer


@pytest.mark.django_db
def test_every_script_and_style_of_a_page_carries_the_nonce_that_the_policy_names(
    settings: Any,
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.GivesNonce", *settings.MIDDLEWARE]
    client = factories.login(Client(), factories.user(), None)
    page = client.get("/security/log-out/")
    text = page.content.decode()
    assert text.count(f' nonce="{NONCE}"') == text.count("<script") + text.count("<link") > 1
    assert f"'nonce-{NONCE}'" in page["Content-Security-Policy"]


def test_the_script_on_a_hosts_page_carries_it_as_well() -> None:
    request: Any = RequestFactory().get("/")
    include = Template('{% include "otpguard/stepup.html" %}')
    assert "nonce" not in include.render(Context({"request": request}))
    request.__dict__["_csp_nonce"] = SimpleLazyObject(lambda: NONCE)
    assert include.render(Context({"request": request})).count(f'nonce="{NONCE}"') == 2


@pytest.mark.skipif(find_spec(DJANGOS) is None, reason="Django has it since 6.0")
def test_it_is_the_one_that_django_makes() -> None:
    request = RequestFactory().get("/")
    import_string(f"{DJANGOS}.ContentSecurityPolicyMiddleware")(HttpResponse).process_request(
        request
    )
    nonce = nonce_of(request)
    assert nonce == str(import_string(f"{DJANGOS}.get_nonce")(request)) != ""
