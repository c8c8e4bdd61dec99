"""What a provider publishes is read within bounds, and a new key is found."""

from __future__ import annotations

import time
from typing import Any

import pytest

from otpguard.federation import metadata as module
from otpguard.federation.metadata import (
    MOST_KEYS,
    ProviderUnusableError,
    fetch_json,
    keys_of,
    metadata_of,
)
from otpguard.testing.vendor_server import Reply
from tests.oidc_server import Provider
from tests.siem.receiving import authority, https_receiver, url_of


def test_it_is_read_once_and_kept(provider: Provider) -> None:
    assert metadata_of(provider.url).token_endpoint == f"{provider.url}/token"
    metadata_of(provider.url)
    assert len(provider.asked) == 1


def test_another_issuers_metadata_are_refused(provider: Provider) -> None:
    provider.metadata = {"issuer": "https://other.example"}
    with pytest.raises(ProviderUnusableError):
        metadata_of(provider.url)


def test_metadata_from_elsewhere_serve_their_own_issuer_alone(provider: Provider) -> None:
    metadata_of(provider.url, f"{provider.url}/elsewhere")
    with pytest.raises(ProviderUnusableError):
        metadata_of("https://other.example", f"{provider.url}/elsewhere")


@pytest.mark.parametrize("place", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", ["http://idp.example/x", "file:///etc/passwd", "", 7])
def test_places_are_https(provider: Provider, place: str, url: object) -> None:
    provider.metadata = {place: url}
    with pytest.raises(ProviderUnusableError):
        metadata_of(provider.url)


def test_a_rotated_key_is_found_by_looking_once_more_a_minute(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{provider.url}/jwks"
    keys_of(url, key_id="k1")
    provider.keys = [provider.other_key.as_dict(private=False)]
    assert [key.kid for key in keys_of(url, key_id="k2").keys] == ["k1"], "not within the minute"
    monkeypatch.setattr(module, "LOOK_AGAIN_AFTER", -1.0)
    assert [key.kid for key in keys_of(url, key_id="k2").keys] == ["k2"]
    monkeypatch.undo()
    for _ in range(5):
        keys_of(url, key_id="unknown")
    assert provider.asked == ["/jwks", "/jwks"]


def test_keys_that_hang_cost_three_seconds_and_old_ones_go_on(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{provider.url}/jwks"
    keys_of(url, key_id="k1")
    provider.delay = 4.0
    monkeypatch.setattr(module, "LOOK_AGAIN_AFTER", -1.0)
    began = time.monotonic()
    assert [key.kid for key in keys_of(url, key_id="k2").keys] == ["k1"]
    assert time.monotonic() - began < 3.5


def test_a_flood_of_bytes_or_keys_is_refused_quickly(provider: Provider) -> None:
    url = f"{provider.url}/jwks"
    provider.jwks = b'{"keys": [' + b" " * 70_000 + b"]}"
    with pytest.raises(ProviderUnusableError):
        keys_of(url, key_id="k1")
    provider.jwks = None
    provider.keys = provider.keys * (MOST_KEYS + 1)
    with pytest.raises(ProviderUnusableError):
        keys_of(url, key_id="k1")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 5000, b'{"keys": {}}', b'{"keys": [7]}'])
def test_what_is_no_set_of_keys_is_refused(provider: Provider, body: bytes) -> None:
    provider.jwks = body
    with pytest.raises(ProviderUnusableError):
        keys_of(f"{provider.url}/jwks", key_id="k1")


def test_a_shared_secret_among_the_keys_is_left_out(provider: Provider) -> None:
    provider.keys = [{"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, *provider.keys]
    assert [key.kid for key in keys_of(f"{provider.url}/jwks", key_id="k1").keys] == ["k1"]


def test_nobody_there_is_told_apart_from_nothing() -> None:
    with pytest.raises(ProviderUnusableError):
        fetch_json("http://127.0.0.1:9/")
    with pytest.raises(ProviderUnusableError):
        fetch_json("http://idp.example/")


@pytest.fixture
def admitted(settings: Any) -> None:
    """The site admits receivers on loopback, with an authority of its own."""
    inside = {"ALLOWED_NETWORKS": ["127.0.0.0/8"], "CA_FILE": authority()[0]}
    settings.OTPGUARD = {**settings.OTPGUARD, "SIEM": inside}


def test_what_an_organization_names_reaches_no_host_inside(provider: Provider) -> None:
    with pytest.raises(ProviderUnusableError):
        metadata_of(provider.url, outside=True)  # http, which only the site may name
    with https_receiver() as server:
        with pytest.raises(ProviderUnusableError, match="is not public"):
            fetch_json(url_of(server), outside=True)
        assert server.connections == 0
    assert provider.asked == []


def test_what_an_organization_names_is_read_where_the_site_admits_it(admitted: None) -> None:
    with https_receiver() as server:
        url = url_of(server)
        places = dict.fromkeys(("authorization_endpoint", "token_endpoint"), f"{url}/x")
        server.reply = Reply(200, {"issuer": url, "jwks_uri": f"{url}/keys", **places})
        found = metadata_of(url, outside=True)
        assert found.outside
        assert server.connections == 1


def test_what_was_read_inside_is_not_told_to_who_looks_from_outside(provider: Provider) -> None:
    metadata_of(provider.url)
    keys_of(f"{provider.url}/jwks", key_id="k1")
    with pytest.raises(ProviderUnusableError):
        metadata_of(provider.url, outside=True)
    with pytest.raises(ProviderUnusableError):
        keys_of(f"{provider.url}/jwks", key_id="k1", outside=True)
