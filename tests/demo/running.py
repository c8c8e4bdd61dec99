"""A running demo, as a person at a terminal and a browser without scripts has it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path) -> dict[str, str]:
    """The environment of a demo that keeps its things in `folder`."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "demo_project.settings",
        "OTPGUARD_DEMO_VAR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def soon(look: Callable[[], T | None], *, seconds: float = 30) -> T:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {look}")
        time.sleep(0.02)
    return found


@dataclass
class Demo:
    """`manage.py demo` in a process of its own."""

    process: subprocess.Popen[str]
    folder: Path
    said: Path
    url: str

    def stop(self, how: signal.Signals) -> int:
        """End it as a terminal or a supervisor does; the exit status."""
        self.process.send_signal(how)
        return self.process.wait(30)

    def code(self) -> str:
        """The newest code in the inbox, once there is one."""

        def look() -> str | None:
            files = sorted((self.folder / "inbox").glob("*.json"))
            text = json.loads(files[-1].read_text())["text"] if files else ""
            found = re.search(r"\b\d{6}\b", text)
            return found.group() if found else None

        return soon(look)


@contextmanager
def running_demo(folder: Path, port: int) -> Iterator[Demo]:
    """A demo that has printed its URL; killed in the end if it still runs."""
    said = folder.with_suffix(".out")
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment(folder),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def url() -> str | None:
        text = said.read_text(encoding="utf-8")
        assert process.poll() is None, text
        found = re.search(r"http://localhost:\d+/", text)
        return found.group() if found and "Ctrl-C" in text else None

    try:
        yield Demo(process, folder, said, soon(url, seconds=90))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class _Form(HTMLParser):
    """The forms of a page with their hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given.get("value", "")


class Client:
    """A browser without scripts: cookies, redirects, forms."""

    def __init__(self, base: str) -> None:
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.url = base
        self.status = 0
        self.text = ""

    def get(self, path: str) -> str:
        """Go to a page."""
        return self._open(Request(urljoin(self.url, path), headers={"Accept": "text/html"}))

    def submit(self, *, action: str, **fields: str) -> str:
        """Send the last form of this page whose path is `action`, a pattern."""
        parsed = _Form()
        parsed.feed(self.text)
        # The frame of the page has forms of its own; those of the page come after them.
        target, hidden = next(
            (urljoin(self.url, to), hidden)
            for to, hidden in reversed(parsed.forms)
            if re.fullmatch(action, urlsplit(urljoin(self.url, to)).path)
        )
        body = urlencode({**hidden, **fields}).encode()
        headers = {"Accept": "text/html", "Referer": self.url}
        return self._open(Request(target, data=body, headers=headers))

    def _open(self, request: Request) -> str:
        try:
            answer = self._opener.open(request, timeout=30)
        except HTTPError as error:
            answer = error
        with answer:
            self.url = answer.geturl()
            self.status = answer.status
            self.text = answer.read().decode()
        return self.text
