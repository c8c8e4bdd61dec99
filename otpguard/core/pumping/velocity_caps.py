"""The caps that a send to an unconfirmed number is charged to: all or none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from otpguard.core.client_ip import network_of, wide_network_of
from otpguard.core.limits import Cap, CapName, sharded
from otpguard.core.pumping.attempt import Attempt, NetworkKind, SpendLane
from otpguard.core.pumping.velocity import (
    HOUR,
    Raise,
    RowName,
    Velocity,
    cap_of,
    limit_of,
)

_STRANGERS = frozenset({SpendLane.STRANGER, SpendLane.MAILED})
_FLAGGED = frozenset({NetworkKind.HOSTING, NetworkKind.TOR, NetworkKind.PROXY})
_SHARED = frozenset({RowName.NETWORK_DAY, RowName.NETWORK_UNASKED_HOUR, RowName.TENANT_DAY})
"""Rows whose keys many starts share, so that they are counted in shards where they are large."""

_TENANT_GROWTH = 3
"""How many times its usual day a tenant's strangers may ask for in a day."""


def lane_in(lane: SpendLane, *, strict: bool) -> SpendLane:
    """The lane that counts: who was invited by a strict tenant is a stranger, or an attacker would
    invite themselves out of the strangers' caps."""
    return SpendLane.STRANGER if strict and lane is SpendLane.INVITED else lane


def is_strict_for(attempt: Attempt) -> bool:
    """Whether the column "strict" counts: in a strict tenant, and for a newcomer."""
    return attempt.is_strict or attempt.is_newcomer


def velocity_caps(
    attempt: Attempt,
    *,
    challenge: UUID,
    sid: str,
    velocity: Velocity,
    raises: Sequence[Raise] = (),
    unreadable_ip_limit: int,
    prefix_habit: int = 0,
    tenant_habit: int = 0,
) -> tuple[Cap, ...]:
    """The caps of one send, the narrowest first, so that a person hears of their own.

    `sid` is empty for a visitor. `unreadable_ip_limit` is what all clients share an hour whose IP
    address cannot be read (A30). `prefix_habit` is how many numbers of the prefix are verified on a
    usual day, `tenant_habit` how many of strangers of the tenant. The last cap, of an ordinary
    network, only asks for a proof of work; an attempt that brings one is not charged to it.
    """
    strict = is_strict_for(attempt)
    caps = []
    for row, key in _keys(attempt, sid):
        limit = limit_of(velocity, row, key, strict=strict, raises=raises)
        usual = {
            RowName.PREFIX_DAY: prefix_habit // 2,
            RowName.TENANT_DAY: _TENANT_GROWTH * tenant_habit,
        }.get(row, 0)
        if not strict:
            limit = max(limit, min(usual, velocity.cells[row].ceiling))
        cap = cap_of(row, key, limit)
        caps.append(sharded(cap, challenge=challenge) if row in _SHARED else cap)
    if not attempt.client_ip:
        name = CapName.UNREADABLE_IP
        caps.insert(1, Cap(name=name, key="", limit=unreadable_ip_limit, window=HOUR))
    return tuple(caps)


def _keys(attempt: Attempt, sid: str) -> Iterator[tuple[RowName, str]]:
    lane = lane_in(attempt.lane, strict=attempt.is_strict)
    if sid:
        yield RowName.SESSION_HOUR, sid
    if attempt.browser:
        yield RowName.BROWSER_DAY, attempt.browser
    if attempt.user:
        yield RowName.ACCOUNT_DAY, attempt.user
    yield RowName.NUMBER_DAY, attempt.phone_index
    yield RowName.NUMBER_MONTH, attempt.phone_index
    if attempt.client_ip:
        yield from _of_client_ip(attempt.client_ip, known=lane not in _STRANGERS)
    if lane is SpendLane.MAILED:
        yield RowName.MAILBOX_DAY, attempt.mailbox
        if attempt.unseen_domain:
            yield RowName.EMAIL_DOMAIN_DAY, attempt.unseen_domain
    yield RowName.PREFIX_DAY, attempt.prefix
    if attempt.tenant and lane in _STRANGERS:
        yield RowName.TENANT_DAY, attempt.tenant
    yield from _of_network(attempt)


def _of_client_ip(client_ip: str, *, known: bool) -> Iterator[tuple[RowName, str]]:
    network = network_of(client_ip)
    yield (RowName.IP_HOUR_KNOWN if known else RowName.IP_HOUR), network
    yield RowName.IP_DAY, network
    if wide := wide_network_of(client_ip):
        yield RowName.IP_SITE_DAY, wide


def _of_network(attempt: Attempt) -> Iterator[tuple[RowName, str]]:
    """An IP address that the data does not know has a key of its own, and is no way around."""
    network = attempt.network
    if network.kind is NetworkKind.OFF:
        return
    key = str(network.asn) if network.asn else network.kind.value
    if network.kind in _FLAGGED:
        yield RowName.NETWORK_DAY, key
    elif not attempt.form.work_level:
        yield RowName.NETWORK_UNASKED_HOUR, key
