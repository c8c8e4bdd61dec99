"""Caps as packed logs in Redis or Valkey: all of one send in one call.

Each cap is one string of records, the newest first. A record has 16 bytes: when the use was, in
microseconds, and the end of its challenge's id. A cap is full if its record number `limit` is there
and still inside the window, so a log is never longer than its limit. All keys have one hash tag, so
on a Redis Cluster they are on one shard.

Keys carry the epoch, which changes whenever the logs cannot be trusted any more: what an older one
has left counts for nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException

from otpguard.core.limits import Cap, CapFull, Charged
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.sql import Use

DEADLINE = 0.05
"""Seconds that a call may take. Without an answer the database counts, so nobody waits for long."""

TAG = "{otpguard}"
_BATCH = 500
_RECORD = 16
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCKS_APART = timedelta(minutes=1)
"""A key lives so much longer than its window: the server's clock is not ours."""

# KEYS: the sentinel, then the logs. ARGV: the moment, the id, the milliseconds by which a key
# outlives its window, then for each log its limit and its window in microseconds.
_CHARGE = """
local logs = redis.call('MGET', unpack(KEYS))
if not logs[1] then return {-1, 0, 0} end
local now, id, margin = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
for i = 2, #KEYS do
  local cap, window, log = tonumber(ARGV[2*i]), tonumber(ARGV[2*i+1]), logs[i]
  if cap < 1 then return {0, i-2, window} end
  if log and #log >= cap*16 then
    local left = struct.unpack('>d', string.sub(log, cap*16-15, cap*16-8)) + window - now
    if left > 0 then return {0, i-2, left} end
  end
end
for i = 2, #KEYS do
  local cap, window, log = tonumber(ARGV[2*i]), tonumber(ARGV[2*i+1]), logs[i] or ''
  local at = now
  if #log > 0 then at = math.max(now, (struct.unpack('>d', string.sub(log, 1, 8)))) end
  local record = struct.pack('>d', at) .. id
  redis.call('SET', KEYS[i], record .. string.sub(log, 1, (cap-1)*16), 'PX',
    math.floor(window/1000) + margin)
end
return {1, 0, 0}
"""
# KEYS: logs. ARGV: for each the id whose record goes.
_DROP = """
for i, key in ipairs(KEYS) do
  local log = redis.call('GET', key)
  for at = 1, (log and #log or 0), 16 do
    if string.sub(log, at+8, at+15) == ARGV[i] then
      log = string.sub(log, 1, at-1) .. string.sub(log, at+16)
      if #log > 0 then redis.call('SET', key, log, 'KEEPTTL') else redis.call('DEL', key) end
      break
    end
  end
end
"""


class PackedLogs:
    """The logs on one server or cluster. Safe for several threads. Each method makes one call and
    raises StoreUnavailable without an answer in time, or if the server cannot do it."""

    def __init__(self, url: str, *, cluster: bool, deadline: float) -> None:
        options: dict[str, Any] = {
            "socket_timeout": deadline,
            "socket_connect_timeout": deadline,
            "retry": None,
            "redis_connect_func": self._connected if cluster else self._connect,
        }
        self._replids: dict[tuple[str, int], str] = {}
        self._url, self._options, self._is_cluster = url, options, cluster
        # A client of a cluster asks it for its parts at once; a process must start without it.
        self._client: Any = None if cluster else redis.Redis.from_url(url, **options)

    def charge(
        self, epoch: str, caps: Sequence[Cap], *, challenge: UUID, now: datetime
    ) -> Charged | CapFull | None:
        """Charge all of `caps` or none; None if this epoch's logs are not there."""
        keys = [_sentinel(epoch), *(_log(epoch, cap.name.value, cap.key) for cap in caps)]
        margin = _CLOCKS_APART // timedelta(milliseconds=1)
        values: list[Any] = [_micros(now), _mark(challenge), margin]
        for cap in caps:
            values += [cap.limit, cap.window // _MICROSECOND]
        outcome, place, left = self._run(_CHARGE, keys, values)
        if outcome < 0:
            return None
        if outcome:
            return Charged()
        return CapFull(cap=caps[place].name, retry_after=left * _MICROSECOND)

    def take_out(self, epoch: str, uses: Sequence[Use]) -> None:
        """Take uses out again; those that are not there are passed over."""
        if uses:
            keys = [_log(epoch, use.cap, use.key) for use in uses]
            self._run(_DROP, keys, [_mark(use.challenge) for use in uses])

    def load(self, epoch: str, uses: Iterable[Use], *, kept: timedelta) -> None:
        """Write whole logs: `uses` of one cap and key stand together, the newest first. Each is
        kept for `kept`. Several calls."""
        pipe = self._pipeline()
        waiting = 0
        for name, log in _packed(epoch, uses):
            pipe.set(name, log, px=kept + _CLOCKS_APART)
            waiting += 1
            if waiting == _BATCH:
                self._send(pipe)
                waiting = 0
        if waiting:
            self._send(pipe)

    def open(self, epoch: str) -> None:
        """From now on this epoch's logs count."""
        with _answers():
            self._server().set(_sentinel(epoch), b"1")

    def close(self, epoch: str) -> None:
        """From now on they do not, also for a process that still relies on them."""
        with _answers():
            self._server().delete(_sentinel(epoch))

    def forget_all_but(self, epoch: str) -> None:
        """Delete what other epochs have left. Many calls, for a worker."""
        with _answers():
            server = self._server()
            for name in server.scan_iter(match=f"{TAG}:*", count=_BATCH):
                if name.decode().split(":")[1] != epoch:
                    server.unlink(name)

    def may_forget(self) -> bool:
        """Whether the server throws keys away when its memory is full."""
        with _answers():
            known = self._about("memory")
        return str(known.get("maxmemory_policy", "noeviction")) != "noeviction"

    def replid(self) -> str:
        """Which history of writes the server follows: another one after a failover, or after a
        restart that may have lost the last ones."""
        with _answers():
            return str(self._about("replication").get("master_replid", ""))

    def is_of(self, replid: str) -> bool:
        """Whether the newest connection to the server reads that history. Makes no call."""
        if not self._is_cluster:
            return all(each == replid for each in self._replids.values())
        node = self._client.get_node_from_key(TAG) if self._client is not None else None
        return node is not None and self._replids.get((node.host, int(node.port))) == replid

    def _run(self, script: str, keys: Sequence[str], values: Sequence[Any]) -> Any:  # noqa: ANN401 (of the script)
        with _answers():
            return self._server().register_script(script)(keys=list(keys), args=list(values))

    def _server(self) -> Any:  # noqa: ANN401 (redis-py types both clients apart)
        if self._client is None:
            self._client = RedisCluster.from_url(self._url, **self._options)
        return self._client

    def _pipeline(self) -> Any:  # noqa: ANN401 (the same)
        with _answers():
            return self._server().pipeline(transaction=False)

    @staticmethod
    def _send(pipe: Any) -> None:  # noqa: ANN401 (the same)
        with _answers():
            pipe.execute()

    def _about(self, section: str) -> dict[str, Any]:
        server = self._server()
        if self._is_cluster:
            node = server.get_node_from_key(TAG)
            return cast("dict[str, Any]", server.info(section, target_nodes=node))
        return cast("dict[str, Any]", server.info(section))

    def _connect(self, connection: Any) -> None:  # noqa: ANN401 (the same)
        connection.on_connect()
        self._connected(connection)

    def _connected(self, connection: Any) -> None:  # noqa: ANN401 (the same)
        """Note whose history a new connection reads, before anything is asked over it."""
        connection.send_command("INFO", "replication")
        lines = connection.read_response()
        text = lines.decode() if isinstance(lines, bytes) else str(lines)
        found = [line for line in text.splitlines() if line.startswith("master_replid:")]
        where = (str(getattr(connection, "host", "")), int(getattr(connection, "port", 0)))
        self._replids[where] = found[0].partition(":")[2].strip() if found else ""


@contextmanager
def _answers() -> Iterator[None]:
    """Turn what the client raises into StoreUnavailable."""
    try:
        yield
    except (redis.RedisError, RedisClusterException, OSError) as error:
        raise StoreUnavailable("Redis cannot count the caps") from error


def _packed(epoch: str, uses: Iterable[Use]) -> Iterator[tuple[str, bytes]]:
    name, log = "", bytearray()
    for use in uses:
        mine = _log(epoch, use.cap, use.key)
        if mine != name:
            if log:
                yield name, bytes(log)
            name, log = mine, bytearray()
        log += _record(use)
    if log:
        yield name, bytes(log)


def _record(use: Use) -> bytes:
    return struct.pack(">d", _micros(use.at)) + _mark(use.challenge)


def _micros(at: datetime) -> int:
    return (at - _START) // _MICROSECOND


def _mark(challenge: UUID) -> bytes:
    return challenge.bytes[_RECORD // 2 :]


def _sentinel(epoch: str) -> str:
    return f"{TAG}:{epoch}"


def _log(epoch: str, cap: str, key: str) -> str:
    return f"{TAG}:{epoch}:{cap}:{key}"
