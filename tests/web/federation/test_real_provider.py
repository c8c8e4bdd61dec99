"""Against a real OIDC provider (npm oidc-provider), over its own pages and redirects.

Needs node, and the package in the directory that OTPGUARD_NODE_HOME names.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from otpguard.federation.metadata import memory
from otpguard.models import Grant, IdentityProvider
from tests.web.federation.sso_host import SsoHost

HOME = os.environ.get("OTPGUARD_NODE_HOME", "")
CALLBACK = "http://testserver/sso/callback/"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("node") and (Path(HOME) / "node_modules" / "oidc-provider").is_dir()),
        reason="OTPGUARD_NODE_HOME names no directory with oidc-provider",
    ),
]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows the provider's own redirects and stops where it sends the browser back."""

    def redirect_request(self, *args: Any) -> Any:
        if args[-1].startswith(CALLBACK):
            raise urllib.error.HTTPError(args[-1], 302, "back", args[4], None)
        return super().redirect_request(*args)


class RealProvider:
    """The running provider; each `visit` is a browser of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def next_login(self, **said: object) -> None:
        """How the next login comes out."""
        body = json.dumps(said).encode()
        urllib.request.urlopen(f"{self.url}/test/next", data=body).close()

    def visit(self, url: str) -> str:
        """Go where the site sends a browser; returns where the provider sends it back to."""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        browser = urllib.request.build_opener(jar, _Stay())
        try:
            browser.open(url).close()
        except urllib.error.HTTPError as error:
            with error:
                return str(error.url)
        raise AssertionError("the provider does not send the browser back")


@pytest.fixture
def real(sso: SsoHost, tmp_path: Path) -> Iterator[RealProvider]:
    """The provider, in place of the small one."""
    out = tmp_path / "out"
    with out.open("wb") as stdout, (tmp_path / "err").open("wb") as stderr:
        process = subprocess.Popen(
            [str(shutil.which("node")), "tests/idp_server.mjs"],
            stdout=stdout,
            stderr=stderr,
            env={"NODE_HOME": HOME, "CALLBACK": CALLBACK, "PATH": os.environ["PATH"]},
        )
    try:
        until = time.monotonic() + 20
        while b"READY" not in out.read_bytes():
            assert process.poll() is None, "it has ended"
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.05)
        url = out.read_text().split("READY ")[1].split()[0]
        sso.row.issuer, sso.row.client_secret = url, "s3cret"
        sso.row.accepted = {"amr": ["mfa"]}
        sso.row.save()
        memory.clear()
        yield RealProvider(url)
    finally:
        process.terminate()
        process.wait()


def comes_back(sso: SsoHost, real: RealProvider, away: str) -> Any:
    back = urlsplit(real.visit(away))
    return sso.host.client.get(f"{back.path}?{back.query}")


def test_a_step_up_with_two_factors_there_passes(sso: SsoHost, real: RealProvider) -> None:
    real.next_login(sub="alice", acr="0", amr=["pwd", "mfa"])
    answer = comes_back(sso, real, sso.leave(sso.choose_url()))
    assert sso.host.client.get(answer["Location"])["Location"] == "/billing/"
    assert sso.host.client.get("/billing/").status_code == 200


def test_phishing_resistance_counts_as_such_where_the_tenant_says_so(
    sso: SsoHost, real: RealProvider
) -> None:
    IdentityProvider.objects.update(phishing_resistant=True, asks_for=["phrh"])
    real.next_login(sub="alice", acr="phrh", amr=["pwd", "mfa"])
    comes_back(sso, real, sso.leave(sso.choose_url()))
    assert Grant.objects.get(source="idp").facts["method"] == "idp_phrh"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"sub": "alice", "acr": "0", "amr": ["pwd"]}, "not_enough"),
        ({"sub": "mallory", "acr": "0", "amr": ["pwd", "mfa"]}, "other_person"),
        ({"error": "unmet_authentication_requirements"}, "unmet"),
        ({"error": "access_denied"}, "refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_provider_that_asked_less_or_another_opens_nothing(
    sso: SsoHost, real: RealProvider, said: dict[str, Any], word: str
) -> None:
    real.next_login(**said)
    answer = comes_back(sso, real, sso.leave(sso.choose_url()))
    assert answer["Location"].endswith(f"?sso={word}")
    assert not Grant.objects.filter(source="idp").exists()


def test_a_login_there_opens_the_account_here(sso: SsoHost, real: RealProvider) -> None:
    sso.host.client.logout()
    real.next_login(sub="alice", acr="0", amr=["pwd", "mfa"])
    begun = sso.host.client.get(reverse("otpguard_sso_login", args=[sso.row.pk]))
    comes_back(sso, real, begun["Location"])
    assert sso.host.client.session["_auth_user_id"] == str(sso.host.user.pk)
