"""The layer of networks: what stands behind the client's IP address."""

from __future__ import annotations

from otpguard.core.pumping.attempt import Attempt, NetworkFacts
from otpguard.core.pumping.network import network_signal
from otpguard.core.pumping.verdict import Signal
from otpguard.intel.network import network_data


def network_behind(client_ip: str) -> NetworkFacts:
    """The network of a client's IP address, UNKNOWN for one that cannot be read and OFF without
    data. Reads files, never a row; raises nothing."""
    return network_data().facts_of(client_ip)


def look_at_network(attempt: Attempt) -> Signal:
    """What the network says, OFF too, so that each record tells which layers there were."""
    return network_signal(attempt)
