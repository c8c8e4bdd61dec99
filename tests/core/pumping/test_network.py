"""Facts of a network from records of files, and what the layer makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.phone import PhoneNumber
from otpguard.core.pumping.attempt import Attempt, NetworkFacts, NetworkKind, SpendLane
from otpguard.core.pumping.network import facts_of, is_known_kind, network_signal
from otpguard.core.pumping.verdict import Action

ATTEMPT = Attempt(
    now=datetime(2026, 3, 1, tzinfo=UTC),
    source="signup",
    number=PhoneNumber(e164="+12015550123", region="US"),
    phone_index="x",
    lane=SpendLane.STRANGER,
    tenant="acme",
)
ASN = {"autonomous_system_number": 64_500}
FRANCE = {"country": {"iso_code": "FR"}}
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["country", "iso_code", "traits", "is_anonymous", *ASN]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([ASN, FRANCE], NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_500, country="FR")),
        ([None, FRANCE], NetworkFacts(kind=NetworkKind.ORDINARY, country="FR")),
        ([FRANCE, {"registered_country": {"iso_code": "DE"}}], replace(
            NetworkFacts(kind=NetworkKind.ORDINARY), country="FR")),
        ([{**ASN, "is_hosting_provider": True, "is_anonymous": True}],
         NetworkFacts(kind=NetworkKind.HOSTING, asn=64_500)),
        ([{"is_tor_exit_node": True, "is_hosting_provider": True}],
         NetworkFacts(kind=NetworkKind.TOR)),
        ([{"traits": {"is_anonymous_vpn": True}}], NetworkFacts(kind=NetworkKind.PROXY)),
        ([None, None], NetworkFacts(kind=NetworkKind.UNKNOWN)),
        ([{"is_tor_exit_node": "yes"}], NetworkFacts(kind=NetworkKind.UNKNOWN)),
    ],
)  # fmt: skip
def test_the_first_file_that_says_something_counts(
    records: list[Any], expected: NetworkFacts
) -> None:
    assert facts_of(records, complete=True) == expected


def test_with_a_file_missing_no_address_is_called_ordinary() -> None:
    assert facts_of([ASN], complete=False) == NetworkFacts(kind=NetworkKind.UNKNOWN, asn=64_500)
    hosting = facts_of([{"is_hosting_provider": True}], complete=False)
    assert hosting.kind is NetworkKind.HOSTING


@given(st.lists(json, max_size=3), st.booleans())
def test_no_record_however_odd_raises_or_switches_the_layer_off(
    records: list[Any], complete: bool
) -> None:
    facts = facts_of(records, complete=complete)
    assert facts.kind is not NetworkKind.OFF
    assert 0 <= facts.asn < 2**32
    assert len(facts.country) in (0, 2)


@pytest.mark.parametrize("kind", [NetworkKind.HOSTING, NetworkKind.TOR, NetworkKind.PROXY])
def test_a_suspect_network_must_work_while_its_sender_is_strict(kind: NetworkKind) -> None:
    attempt = replace(ATTEMPT, network=NetworkFacts(kind=kind, asn=64_500, country="DE"))
    signal = network_signal(attempt)
    assert (signal.action, signal.work_level) == (Action.PROOF_OF_WORK, 3)
    assert (signal.reason, signal.detail) == (f"network_{kind}", "AS64500 DE")
    settled = replace(attempt, is_strict=False)
    assert network_signal(settled).action is Action.SEND
    assert network_signal(replace(settled, tenant="")).action is Action.PROOF_OF_WORK
    assert network_signal(replace(attempt, lane=SpendLane.OWNER)).action is Action.SEND


@pytest.mark.parametrize("kind", [NetworkKind.OFF, NetworkKind.UNKNOWN, NetworkKind.ORDINARY])
def test_every_other_network_is_recorded_only(kind: NetworkKind) -> None:
    signal = network_signal(replace(ATTEMPT, network=NetworkFacts(kind=kind)))
    assert (signal.action, signal.reason) == (Action.SEND, f"network_{kind}")


def test_a_record_of_another_kind_of_file_is_told_apart() -> None:
    assert is_known_kind(FRANCE)
    assert is_known_kind({"traits": {"is_anonymous": False}})
    assert not is_known_kind({"domain": "example.com"})
    assert not is_known_kind("text")
