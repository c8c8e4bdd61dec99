"""CAMARA: a token for each interface, used again until it is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from otpguard.core.pumping.intel.number_report import IntelFact, NumberReport
from otpguard.intel.number import NoAnswer, NumberIntel
from otpguard.intel.vendors.camara import Camara
from otpguard.testing.number_intel_contract import NumberIntelContract
from otpguard.testing.vendor_server import Received, Reply, Vendor, vendor
from tests.vendors.number_intel import camara, query

BOTH = (IntelFact.SIM_SWAP, IntelFact.REASSIGNED)


def driver(base: str, **changed: str) -> Camara:
    usual = {
        "token_url": f"{base}/token",
        "client_id": "AC1",
        "client_secret": "secret",
        "sim_swap_url": f"{base}/sim-swap/v2",
        "number_recycling_url": f"{base}/number-recycling/v0.2/",
    }
    return Camara(**{**usual, **changed})


class TestCamara(NumberIntelContract):
    rule = staticmethod(camara)

    def made(self, base: str) -> NumberIntel:
        return driver(base)


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(camara) as running:
        yield running


def ask(of: Camara, *facts: IntelFact) -> NumberReport | NoAnswer:
    return of.look_up(query(*(facts or BOTH)), until=time.monotonic() + 2)


def paths(server: Vendor) -> list[str]:
    return [each.path for each in server.received]


def test_a_token_is_used_again(server: Vendor) -> None:
    mine = driver(server.url)
    assert ask(mine) == NumberReport(swapped=True, reassigned=False)
    assert ask(mine, IntelFact.SIM_SWAP) == NumberReport(swapped=True)
    assert paths(server).count("/token") == 2


def test_a_token_that_is_refused_is_fetched_again(server: Vendor) -> None:
    mine = driver(server.url)
    ask(mine, IntelFact.SIM_SWAP)
    server.reply = Reply(401)
    assert isinstance(ask(mine, IntelFact.SIM_SWAP), NoAnswer)
    server.reply = None
    assert ask(mine, IntelFact.SIM_SWAP) == NumberReport(swapped=True)
    assert paths(server).count("/token") == 2


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", None, 7])
def test_a_token_that_fits_no_header_is_none(server: Vendor, token: object) -> None:
    server.reply = Reply(200, {"access_token": token, "expires_in": 300})
    assert isinstance(ask(driver(server.url)), NoAnswer)
    assert paths(server) == ["/token"]


@pytest.mark.parametrize("lives", [None, "300", 0, 10])
def test_a_token_whose_end_is_near_or_unknown_is_not_kept(server: Vendor, lives: object) -> None:
    def short(received: Received) -> Reply:
        usual = camara(received)
        if received.path == "/token":
            return Reply(200, {**usual.body, "expires_in": lives})
        return usual

    server.rule = short
    mine = driver(server.url)
    ask(mine, IntelFact.SIM_SWAP)
    ask(mine, IntelFact.SIM_SWAP)
    assert paths(server).count("/token") == 2


def test_a_swap_that_is_known_outlives_the_failure_of_the_other_interface(server: Vendor) -> None:
    def half(received: Received) -> Reply:
        return Reply(500) if "recycling" in received.path else camara(received)

    server.rule = half
    assert ask(driver(server.url)) == NumberReport(swapped=True)


def test_it_knows_what_it_has_an_url_for(server: Vendor) -> None:
    assert driver(server.url, sim_swap_url="").facts == {IntelFact.REASSIGNED}
    assert driver(server.url, number_recycling_url="").facts == {IntelFact.SIM_SWAP}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": ""},
        {"client_secret": ""},
        {"sim_swap_url": "", "number_recycling_url": ""},
        {"sim_swap_url": "http://operator.example"},
        {"token_url": "http://operator.example"},
    ],
)
def test_options_that_cannot_be_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        driver("https://operator.example", **changed)
