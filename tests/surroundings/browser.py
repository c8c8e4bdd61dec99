"""A browser without scripts: cookies, redirects, forms."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2


class _Forms(HTMLParser):
    """The forms of a page with their hidden fields and first choices."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type") in {"hidden", "radio"}:
            self.forms[-1][1].setdefault(given.get("name", ""), given.get("value", ""))


class Browser:
    """Somebody at a scratch host."""

    def __init__(self, base: str, inbox: Path) -> None:
        self._client = httpx2.Client(
            follow_redirects=True, timeout=30, headers={"Accept": "text/html"}
        )
        self._base = self._at = base
        self._inbox = inbox
        self.text, self.status, self.path = "", 0, ""

    def get(self, path: str, *, accept: str = "text/html") -> str:
        """Go to a page."""
        return self._seen(self._client.get(urljoin(self._base, path), headers={"Accept": accept}))

    def submit(self, path: str, **fields: str) -> str:
        """Send the last form of this page whose path ends by `path`, a pattern."""
        parsed = _Forms()
        parsed.feed(self.text)
        for action, hidden in reversed(parsed.forms):
            target = urljoin(self._at, action)
            if re.search(f"{path}$", urlsplit(target).path):
                return self._seen(self._client.post(target, data={**hidden, **fields}))
        raise AssertionError(f"no form to {path} at {self.path}: {self.text[:600]}")

    def put(self, path: str, body: Any) -> dict[str, Any]:
        """Call the API as a page's script would."""
        token = self._client.cookies.get("csrftoken") or ""
        headers = {"X-CSRFToken": token, "Accept": "application/json", "Referer": self._at}
        self._seen(self._client.put(urljoin(self._base, path), json=body, headers=headers))
        return dict(json.loads(self.text))

    def codes(self) -> list[str]:
        """The digits of each message, the newest last."""
        files = sorted(self._inbox.glob("*.json"))
        texts = [json.loads(file.read_text())["text"] for file in files]
        return [match.group() for text in texts if (match := re.search(r"\b\d{6}\b", text))]

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def _seen(self, response: httpx2.Response) -> str:
        self._at, self.text = str(response.url), response.text
        self.status, self.path = response.status_code, response.url.path
        return self.text
