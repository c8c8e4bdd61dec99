"""The witness over HTTP: what strangers may send."""

from __future__ import annotations

import http.client
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from otpguard.core.sealing.witness import LARGEST_ASK, AddCheckpoint
from tests.audit.witnessing import OtherLog, serving, state_in

LOG = OtherLog()
ASK = AddCheckpoint(old=0, proof=(), note=LOG.head(3)).text().encode()


def call(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
    link = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    link.request(method, path, body)
    answer = link.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    link.close()
    return found


def test_a_head_is_cosigned_and_shown(tmp_path: Path) -> None:
    with serving(state_in(tmp_path, LOG.key)) as url:
        assert call(url, "POST", "/add-checkpoint", ASK)[0] == 200
        status, kind, body = call(url, "POST", "/add-checkpoint", ASK)
        assert (status, kind, body) == (409, "text/x.tlog.size", b"3\n")
        digest = sha256(LOG.key.name.encode()).hexdigest()
        status, _, body = call(url, "GET", f"/{digest}/checkpoint")
        assert status == 200
        assert body.decode().startswith(LOG.head(3).text)


def test_everything_else_is_turned_away(tmp_path: Path) -> None:
    with serving(state_in(tmp_path, LOG.key)) as url:
        assert call(url, "POST", "/elsewhere", ASK)[0] == 404
        assert call(url, "GET", "/")[0] == 404
        assert call(url, "GET", "/x/checkpoint")[0] == 404
        assert call(url, "POST", "/add-checkpoint", b"x" * (LARGEST_ASK + 1))[0] == 400
        assert call(url, "POST", "/add-checkpoint", b"")[0] == 400


def test_a_state_that_cannot_be_written_is_an_error_without_a_cosignature(tmp_path: Path) -> None:
    with serving(state_in(tmp_path, LOG.key)) as url:
        (tmp_path / "state.new").mkdir()
        status, _, body = call(url, "POST", "/add-checkpoint", ASK)
        assert (status, body) == (500, b"try again\n")
