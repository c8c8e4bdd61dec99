"""Every message of a consumer passes the guard, by the login of that moment."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.testing import WebsocketCommunicator
from django.test import Client

from otpguard.contrib.channels import message_requires
from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)

ran: list[str] = []


class Keys(AsyncWebsocketConsumer):
    @message_requires("api_key", target=lambda text_data=None, **_: f"key '{text_data}'")
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        ran.append(text_data or str(bytes_data))
        await self.send(text_data="done")


class Roles(WebsocketConsumer):
    @message_requires("role_grant")
    def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        ran.append(str(text_data))
        if text_data == "fail":
            raise RuntimeError(text_data)
        self.send(text_data="done")


class Closed(AsyncWebsocketConsumer):
    @message_requires("api_key")
    async def connect(self) -> None:
        ran.append("connected")
        await self.accept()


def talk(consumer: Any, client: Client, *texts: str, origin: str = "") -> list[dict[str, Any]]:
    """What the server sends for these messages, the close among it."""

    async def play() -> list[dict[str, Any]]:
        cookie = client.cookies.output(header="", sep=";").strip()
        headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
        if origin:
            headers.append((b"origin", origin.encode()))
        app = AuthMiddlewareStack(consumer.as_asgi())
        socket = WebsocketCommunicator(app, "/ws/keys/", headers=headers)
        connected, _ = await socket.connect()
        assert connected
        found: list[dict[str, Any]] = []
        if not texts:
            found += [await socket.receive_output(), await socket.receive_output()]
        for text in texts:
            await socket.send_to(text_data=text)
            found.append(await socket.receive_output())
            if found[-1].get("text") != "done":
                found.append(await socket.receive_output())
                break
        await socket.disconnect()
        return found

    ran.clear()
    return async_to_sync(play)()


def test_without_a_proof_the_message_is_answered_with_the_problem_and_4401(host: Host) -> None:
    said, closed = talk(Keys, host.client, "ci")
    problem = json.loads(said["text"])
    assert (problem["code"], problem["target"]) == ("step_up_required", "key 'ci'")
    assert problem["challenge_url"].startswith("http://testserver/")
    assert closed == {"type": "websocket.close", "code": 4401}
    assert ran == []
    assert Event.objects.filter(kind="checkpoint.required").count() == 1


def test_with_a_proof_each_message_passes(host: Host) -> None:
    pass_step_up(host.client)
    assert [each["text"] for each in talk(Keys, host.client, "a", "b")] == ["done", "done"]
    assert ran == ["a", "b"]


def test_a_login_that_ended_counts_at_once(host: Host) -> None:
    pass_step_up(host.client)
    cookies = copy.copy(host.client.cookies)
    Client.logout(host.client)
    host.client.cookies = cookies
    said, closed = talk(Keys, host.client, "ci")
    assert json.loads(said["text"])["code"] == "not_logged_in"
    assert (closed["code"], ran) == (4401, [])


def test_a_page_of_another_site_lets_no_proof_count(host: Host) -> None:
    pass_step_up(host.client)
    assert talk(Keys, host.client, "ci", origin="http://testserver")[0]["text"] == "done"
    assert talk(Keys, host.client, "ci", origin="https://evil.example")[1]["code"] == 4401
    assert ran == []


def test_a_refused_handshake_is_told_and_closed(host: Host) -> None:
    said, closed = talk(Closed, host.client)
    assert json.loads(said["text"])["code"] == "step_up_required"
    assert (closed["code"], ran) == (4401, [])


def test_a_sync_consumer_is_guarded_and_its_proof_bound_to_the_message(host: Host) -> None:
    said, closed = talk(Roles, host.client, "ada")
    assert json.loads(said["text"])["code"] == "step_up_required"
    assert (closed["code"], ran) == (4401, [])
    pass_step_up(host.client)  # of no message
    assert talk(Roles, host.client, "ada")[1]["code"] == 4401
    assert ran == []
