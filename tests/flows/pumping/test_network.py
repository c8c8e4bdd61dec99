"""The network behind a visitor decides whether their browser must work for a code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from otpguard.core.pumping.attempt import NetworkKind
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.network import network_behind
from otpguard.http.facts import facts_from
from tests.flows.number.visitor import visitor
from tests.network_files import HOSTING, ORDINARY, TOR, UNKNOWN, write_network_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> None:
    path = write_network_file(tmp_path / "network.mmdb")
    settings.OTPGUARD = {**settings.OTPGUARD, "NETWORK_FILES": [str(path)]}


@pytest.mark.parametrize("client_ip", [ORDINARY, UNKNOWN])
def test_an_ordinary_network_and_an_unknown_one_get_a_code(client_ip: str) -> None:
    visitor(client_ip=client_ip).start()


@pytest.mark.parametrize("client_ip", [HOSTING, TOR])
def test_a_hosting_provider_and_tor_must_work_for_it(client_ip: str) -> None:
    with pytest.raises(StartRefused) as caught:
        visitor(client_ip=client_ip).start()
    assert caught.value.reason is StartReason.PROOF_OF_WORK


def test_with_its_file_away_a_host_is_unknown_and_not_refused(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "NETWORK_FILES": ["none.mmdb"]}
    assert network_behind(HOSTING).kind is NetworkKind.UNKNOWN
    visitor(client_ip=HOSTING).start()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "kind"),
    [
        (0, ORDINARY, NetworkKind.HOSTING),
        (1, ORDINARY, NetworkKind.ORDINARY),
        (1, f"{ORDINARY}, {TOR}", NetworkKind.TOR),
        (2, ORDINARY, NetworkKind.HOSTING),
        (1, "rubbish", NetworkKind.UNKNOWN),
    ],
)
def test_a_header_counts_only_as_far_as_the_trusted_proxies_wrote_it(
    settings: Any, proxies: int, forwarded: str, kind: NetworkKind
) -> None:
    """The peer is a hosting provider, such as the proxy itself."""
    settings.OTPGUARD = {**settings.OTPGUARD, "TRUSTED_PROXIES": proxies}
    request: Any = RequestFactory().get("/", REMOTE_ADDR=HOSTING, HTTP_X_FORWARDED_FOR=forwarded)
    request.session, request.user = {}, AnonymousUser()
    assert network_behind(facts_from(request).client_ip).kind is kind
