"""What a send to a new number is charged to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.limits import Cap, CapName
from otpguard.core.phone import PhoneNumber
from otpguard.core.pumping.attempt import (
    Attempt,
    FormFacts,
    NetworkFacts,
    NetworkKind,
    SpendLane,
)
from otpguard.core.pumping.velocity import Cell, Raise, RowName, Velocity
from otpguard.core.pumping.velocity_caps import lane_in, velocity_caps

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRICT, STANDARD = True, False
FLAGGED = (NetworkKind.HOSTING, NetworkKind.TOR, NetworkKind.PROXY)


def attempt(**changed: Any) -> Attempt:
    """A visitor's, in a tenant that is not strict."""
    known: dict[str, Any] = {
        "now": AT,
        "source": "signup",
        "number": PhoneNumber(e164="+12015550123", region="US"),
        "phone_index": "n",
        "lane": SpendLane.STRANGER,
        "tenant": "t",
        "browser": "b",
        "client_ip": "203.0.113.7",
        "is_strict": False,
    }
    return Attempt(**{**known, **changed})


def caps(of: Attempt, **changed: Any) -> dict[CapName, Cap]:
    known: dict[str, Any] = {
        "challenge": UUID(int=3),
        "sid": "",
        "velocity": Velocity(),
        "unreadable_ip_limit": 60,
    }
    found = velocity_caps(of, **{**known, **changed})
    assert len({cap.name for cap in found}) == len(found), "one use of each"
    return {cap.name: cap for cap in found}


def limits(of: Attempt, **changed: Any) -> dict[CapName, tuple[str, int]]:
    return {name: (cap.key, cap.limit) for name, cap in caps(of, **changed).items()}


def test_a_visitor_is_charged_by_browser_number_client_ip_prefix_and_tenant() -> None:
    assert limits(attempt()) == {
        CapName.BROWSER: ("b", 5),
        CapName.NUMBER: ("n", 3),
        CapName.NUMBER_MONTH: ("n", 5),
        CapName.IP: ("203.0.113.7", 10),
        CapName.IP_DAY: ("203.0.113.7", 20),
        CapName.PREFIX: ("+1201555", 6),
        CapName.STRANGERS: ("t 3", 12),
    }


@pytest.mark.parametrize(("strict", "of_domain"), [(False, 3), (True, 2)])
def test_a_mailed_stranger_is_charged_by_mailbox_and_by_a_domain_never_seen(
    strict: bool, of_domain: int
) -> None:
    mailed = attempt(lane=SpendLane.MAILED, mailbox="m", is_strict=strict)
    assert limits(mailed)[CapName.MAILBOX] == ("m", 2)
    assert CapName.EMAIL_DOMAIN not in limits(mailed)
    unseen = limits(replace(mailed, unseen_domain="acme.example"))
    assert unseen[CapName.EMAIL_DOMAIN] == ("acme.example", of_domain)


def test_a_strict_tenant_has_the_strict_column_in_every_row() -> None:
    assert limits(attempt(is_strict=True)) == {
        CapName.BROWSER: ("b", 3),
        CapName.NUMBER: ("n", 3),
        CapName.NUMBER_MONTH: ("n", 5),
        CapName.IP: ("203.0.113.7", 5),
        CapName.IP_DAY: ("203.0.113.7", 10),
        CapName.PREFIX: ("+1201555", 4),
        CapName.STRANGERS: ("t", 20),
    }


def test_somebody_with_an_account_is_charged_by_session_and_account() -> None:
    found = limits(attempt(browser="", user="7", tenant=""), sid="s")
    assert (found[CapName.SESSION], found[CapName.ENROLLMENT]) == (("s", 20), ("7", 6))
    assert not {CapName.BROWSER, CapName.STRANGERS} & set(found)


def test_a_newcomer_has_the_strict_column() -> None:
    found = limits(attempt(user="7", is_newcomer=True), sid="s")
    assert found == limits(attempt(user="7", is_strict=True), sid="s")
    assert found[CapName.ENROLLMENT] == ("7", 3)


whoever = st.builds(
    attempt,
    is_strict=st.booleans(),
    is_newcomer=st.booleans(),
    lane=st.sampled_from(SpendLane),
    network=st.builds(NetworkFacts, kind=st.sampled_from(NetworkKind)),
    client_ip=st.sampled_from(["", "203.0.113.7", "2001:db8::1"]),
    user=st.just("7"),
)


@given(of=whoever, sid=st.sampled_from(["", "s"]))
def test_whoever_asks_first_has_room_in_every_cap(of: Attempt, sid: str) -> None:
    """So a newcomer's own number may always be proven once, at the smallest table too."""
    least = Velocity(cells={name: Cell(strict=1, standard=1, ceiling=1) for name in RowName})
    for velocity in (Velocity(), least):
        found = caps(of, sid=sid, velocity=velocity)
        assert min(cap.limit for cap in found.values()) >= 1
        assert {CapName.NUMBER, CapName.NUMBER_MONTH, CapName.PREFIX} <= set(found)
        assert (CapName.IP in found) != (CapName.UNREADABLE_IP in found)


@pytest.mark.parametrize("lane", SpendLane)
def test_an_invitation_by_a_strict_tenant_is_a_strangers(lane: SpendLane) -> None:
    assert lane_in(lane, strict=False) is lane
    invited = lane is SpendLane.INVITED
    assert lane_in(lane, strict=True) is (SpendLane.STRANGER if invited else lane)
    assert (CapName.STRANGERS in caps(attempt(lane=lane, is_strict=True))) == (
        lane in {SpendLane.STRANGER, SpendLane.MAILED, SpendLane.INVITED}
    )


@pytest.mark.parametrize(
    ("lane", "strict", "hourly"),
    [
        (SpendLane.STRANGER, STANDARD, 10),
        (SpendLane.MAILED, STANDARD, 10),
        (SpendLane.INVITED, STANDARD, 60),
        (SpendLane.KNOWN, STANDARD, 60),
        (SpendLane.INVITED, STRICT, 5),
        (SpendLane.KNOWN, STRICT, 10),
    ],
)
def test_invited_people_and_known_browsers_share_an_address_with_more(
    lane: SpendLane, strict: bool, hourly: int
) -> None:
    found = caps(attempt(lane=lane, is_strict=strict))
    assert found[CapName.IP].limit == hourly


def test_an_ipv6_address_counts_by_its_64_and_its_48() -> None:
    found = limits(attempt(client_ip="2001:db8:1:2::3"))
    assert found[CapName.IP] == ("2001:db8:1:2::/64", 10)
    assert found[CapName.IP_DAY] == ("2001:db8:1:2::/64", 20)
    assert found[CapName.IP_SITE_DAY] == ("2001:db8:1::/48", 40)


def test_clients_whose_ip_address_cannot_be_read_share_one_cap() -> None:
    found = caps(attempt(client_ip=""), unreadable_ip_limit=7)
    cap = found[CapName.UNREADABLE_IP]
    assert (cap.key, cap.limit, cap.window) == ("", 7, timedelta(hours=1))


# --- networks ----------------------------------------------------------------------------------


def networks(kind: NetworkKind, asn: int = 64_500, **changed: Any) -> dict[CapName, Any]:
    found = limits(attempt(network=NetworkFacts(kind=kind, asn=asn), **changed))
    names = (CapName.NETWORK, CapName.NETWORK_UNASKED)
    return {name: found[name] for name in names if name in found}


def test_without_data_no_network_is_counted() -> None:
    assert networks(NetworkKind.OFF) == {}


@pytest.mark.parametrize("kind", FLAGGED)
def test_hosting_tor_and_proxies_have_ten_a_day_and_two_where_it_is_strict(
    kind: NetworkKind,
) -> None:
    assert networks(kind) == {CapName.NETWORK: ("64500", 10)}
    assert networks(kind, is_strict=True) == {CapName.NETWORK: ("64500", 2)}
    assert networks(kind, asn=0) == {CapName.NETWORK: (kind.value, 10)}


def test_an_address_that_the_data_does_not_know_has_a_key_of_its_own() -> None:
    assert networks(NetworkKind.UNKNOWN, asn=0) == {CapName.NETWORK_UNASKED: ("unknown", 20)}


def test_an_ordinary_network_is_not_counted_where_a_proof_of_work_came_along() -> None:
    assert networks(NetworkKind.ORDINARY) == {CapName.NETWORK_UNASKED: ("64500", 20)}
    assert networks(NetworkKind.ORDINARY, form=FormFacts(work_level=1)) == {}
    flagged = networks(NetworkKind.HOSTING, form=FormFacts(work_level=3))
    assert flagged == {CapName.NETWORK: ("64500", 10)}, "work buys no place here"


def test_asking_for_work_is_the_last_thing_that_is_looked_at() -> None:
    of = attempt(network=NetworkFacts(kind=NetworkKind.ORDINARY, asn=1))
    assert list(caps(of))[-1] is CapName.NETWORK_UNASKED


# --- prefixes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "strict", "limit"),
    [
        (0, STANDARD, 6),
        (13, STANDARD, 6),
        (40, STANDARD, 20),
        (40, STRICT, 4),
        (9_999, STANDARD, 500),
    ],
)
def test_a_prefix_has_half_of_its_usual_day_but_never_more_than_the_ceiling(
    habit: int, strict: bool, limit: int
) -> None:
    found = caps(attempt(is_strict=strict), prefix_habit=habit)
    assert found[CapName.PREFIX].limit == limit


# --- raised caps -------------------------------------------------------------------------------


def test_a_raised_cap_counts_for_the_key_it_names() -> None:
    raises = (Raise(row=RowName.IP_HOUR, limit=150, key="203.0.113.7"),)
    assert caps(attempt(), raises=raises)[CapName.IP].limit == 150
    elsewhere = replace(attempt(), client_ip="203.0.113.8")
    assert caps(elsewhere, raises=raises)[CapName.IP].limit == 10


def test_the_shards_of_a_tenant_have_as_much_room_as_its_cap_has() -> None:
    found = [caps(attempt(), challenge=UUID(int=number))[CapName.STRANGERS] for number in range(16)]
    assert len({cap.key for cap in found}) == 16
    assert sum(cap.limit for cap in found) == 192
