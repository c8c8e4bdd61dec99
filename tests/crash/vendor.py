"""A vendor over HTTP that counts what it is sent, and does to each number as its last digit says.

Runs in a thread of the test, or by itself: `python -m tests.crash.vendor PORT SECONDS`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from hashlib import sha256
from threading import Event, Thread
from typing import Self

SILENT = "45"
"""Last digits of numbers whose text message is taken and never gets a receipt."""
REFUSED, AWAY, NEVER = "67", "8", "9"
"""Those refused by text message, those the vendor is away for, and those that nothing reaches."""
NO_CHAT = "5"
"""Those refused by WhatsApp."""


class FakeVendor:
    """Counts the messages by their key, and notes when each came.

    `seconds` is how long an answer takes.
    """

    def __init__(self, *, seconds: float = 0.02, port: int = 0) -> None:
        self.sent: Counter[str] = Counter()
        self.times: list[float] = []
        self.port = port
        self._seconds = seconds
        self._ready = Event()
        self._server: asyncio.Server
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="vendor", daemon=True)

    @property
    def url(self) -> str:
        """Where it is to be found."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the vendor did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _open(self) -> None:
        talk, at = self._talk, ("127.0.0.1", self.port)
        self._server = await asyncio.start_server(talk, *at, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()

    async def _close(self) -> None:
        self._server.close()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def serve(self) -> None:
        """Answer until the process ends."""
        await self._open()
        await asyncio.Event().wait()

    def _take(self, message: dict[str, str]) -> tuple[int, dict[str, object]]:
        if "code" in message:
            return 200, {"right": message["code"] == code_made(message["reference"])}
        self.sent[message["key"]] += 1
        self.times.append(time.monotonic())
        return _judge(message, times=self.sent[message["key"]])

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    int(line.partition(":")[2])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length:")
                )
                message = json.loads(await reader.readexactly(length))
                status, answer = self._take(message)
                await asyncio.sleep(self._seconds)
                body = json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status} Fine\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return  # killed in the middle, as the tests want it, or closing
        finally:
            writer.close()


def code_made(reference: str) -> str:
    """The code that the vendor made for what it knows by this reference."""
    return f"{int.from_bytes(sha256(reference.encode()).digest()[:8]) % 1_000_000:06d}"


def _judge(message: dict[str, str], *, times: int) -> tuple[int, dict[str, object]]:
    last, texts = message["to"][-1:], message["channel"] == "sms"
    if last in NEVER or (texts and last in REFUSED):
        return 400, {}
    if message["channel"] == "whatsapp" and last in NO_CHAT:
        return 400, {}
    if texts and last in AWAY:
        return 503, {}
    # A message that is sent twice brings a second code, where the vendor makes them.
    reference = f"{message['key']}.{times}" if message.get("remote") else message["key"]
    return 200, {"reference": reference, "delivered": not (texts and last in SILENT)}


if __name__ == "__main__":
    asyncio.run(FakeVendor(port=int(sys.argv[1]), seconds=float(sys.argv[2])).serve())
