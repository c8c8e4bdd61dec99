"""Marked views are guarded, also where the mark got lost on the way (C6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient

from otpguard import CheckpointRequiredMixin, requires_checkpoint
from otpguard.models import Challenge, Grant
from otpguard.testing import pass_step_up
from tests import factories, guarded
from tests.host import Host
from tests.stepup import begin, continue_form, go_on, url_of

PAGES = [
    ("/billing/", "billing by GET"),
    ("/export/", "export"),
    ("/lost/", "lost mark"),
    ("/on-get/", "method decorator"),
    ("/mixin/", "mixin"),
    ("/mixin/async/", "async mixin"),
]


@pytest.mark.parametrize(("url", "what"), PAGES)
def test_a_guarded_view_is_refused_without_proof_and_runs_with_one(
    host: Host, url: str, what: str
) -> None:
    refused = host.client.get(url)
    assert refused.status_code == 303
    assert "/security/step-up/" in refused["Location"]
    assert guarded.ran == []

    pass_step_up(host.client)
    assert host.client.get(url).status_code == 200
    assert guarded.ran == [what]


def test_a_viewset_action_whose_mark_is_not_on_the_callback_still_guards(host: Host) -> None:
    refused = host.client.post("/api/members/promote/", headers={"Accept": "application/json"})
    assert refused.status_code == 401
    assert guarded.ran == []


def test_an_overridden_checkpoint_of_as_view_counts(host: Host) -> None:
    pass_step_up(host.client)  # an unbound proof does for billing_change, not for role_grant
    assert host.client.post("/mixin/").status_code == 200
    assert host.client.post("/mixin/stricter/").status_code == 303


def test_the_target_is_derived_from_the_url(host: Host) -> None:
    refused = host.client.post("/roles/bob/", {"role": "admin"})
    page = host.client.get(refused["Location"])
    assert page.context["target"] == "admin role for bob"


def test_an_async_project_guards_async_and_sync_views_alike(
    transactional_db: None, host: Host
) -> None:
    cookies = host.client.cookies

    async def get(url: str) -> int:
        client = AsyncClient()
        client.cookies = cookies
        response = await client.get(url, headers={"Accept": "text/html"})
        await sync_to_async(connections.close_all)()  # of the thread that the views ran in
        return int(response.status_code)

    for url in ("/billing/", "/export/", "/mixin/async/"):
        assert asyncio.run(get(url)) == 303, url
    assert asyncio.run(get("/open/")) == 200
    pass_step_up(host.client)
    for url in ("/billing/", "/export/", "/mixin/async/"):
        assert asyncio.run(get(url)) == 200, url


def test_a_class_is_told_to_use_the_mixin() -> None:
    with pytest.raises(TypeError, match="CheckpointRequiredMixin"):
        requires_checkpoint("api_key")(type("View", (), {}))


def test_an_unknown_checkpoint_is_an_error_when_the_view_is_imported() -> None:
    with pytest.raises(ImproperlyConfigured, match='did you mean "api_key"'):
        requires_checkpoint("api_kay")

    with pytest.raises(ImproperlyConfigured, match="billing_change"):
        type("Page", (CheckpointRequiredMixin,), {"checkpoint": "biling_change"})


CHATTY = ["/chats/", "/chats/later/", "/chats/mixin/", "/chats/given/", "/chats/api/"]
"""Views that declare their own way of sending, by each door there is."""


def send_options_of(challenge: Challenge) -> tuple[list[str], int]:
    """The channels of a challenge's plan and its wait."""
    return [step["channel"] for step in challenge.plan], challenge.fallback_seconds


@pytest.mark.parametrize("url", CHATTY)
def test_a_view_says_in_which_order_and_how_patiently_its_codes_are_sent(
    host: Host, url: str
) -> None:
    refused = host.client.get(url)
    assert send_options_of(begin(host.client, refused)) == (["whatsapp", "sms"], 20)
    go_on(host.client, Challenge.objects.get())
    assert host.client.get(url).status_code == 200


def test_a_view_that_says_nothing_leaves_it_to_the_policy(host: Host) -> None:
    channels, wait = send_options_of(begin(host.client, host.client.get("/billing/")))
    assert (channels[0], wait) == ("sms", 8)


@pytest.mark.parametrize("url", CHATTY)
def test_a_channel_that_the_policy_does_not_allow_stays_out(
    host: Host, settings: Any, url: str
) -> None:
    only_texts = {"*": {"allowed_channels": ["sms"]}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_FLOOR": only_texts}
    assert send_options_of(begin(host.client, host.client.get(url))) == (["sms"], 20)


def test_a_kept_form_remembers_it_and_a_second_demand_too(host: Host) -> None:
    refused = host.client.post("/chats/later/", {"plan": "large"})
    challenge = begin(host.client, refused)
    assert send_options_of(challenge) == (["whatsapp", "sms"], 20)
    page = go_on(host.client, challenge)
    Grant.objects.all().delete()
    again = continue_form(host.client, page)
    assert again.status_code == 303, "the proof was taken back meanwhile"
    challenge = begin(host.client, again)
    assert send_options_of(challenge) == (["whatsapp", "sms"], 20)
    continue_form(host.client, go_on(host.client, challenge))
    assert guarded.ran == ["chats later by POST"]


def test_whoever_sits_at_the_browser_cannot_change_it(host: Host) -> None:
    url = url_of(host.client.get("/chats/"))
    wishes = {"preferred_methods": "voice", "fallback_timeout": "2", "send_options": "{}"}
    asked = {"factor": str(host.factor.pk), **wishes}
    chosen = host.client.post(f"{url}?preferred_methods=voice", asked)
    assert chosen.status_code == 302
    assert send_options_of(Challenge.objects.get()) == (["whatsapp", "sms"], 20)

    path = urlsplit(url).path
    middle = len(path) // 2
    flipped = path[:middle] + ("A" if path[middle] != "A" else "B") + path[middle + 1 :]
    assert host.client.post(flipped, asked).status_code == 410


WRONG = [
    ({"preferred_methods": ["smoke"]}, '"smoke" is not one of: sms, whatsapp, voice, email'),
    ({"preferred_methods": "sms"}, "preferred_methods: must be a list"),
    ({"preferred_methods": []}, "preferred_methods: must name at least one, each once"),
    ({"fallback_timeout": 1}, "fallback_timeout: must be whole seconds from 2 to 120"),
    ({"fallback_timeout": timedelta(minutes=5)}, "fallback_timeout"),
]


@pytest.mark.parametrize(("asked", "message"), WRONG)
def test_a_wrong_way_of_sending_is_an_error_when_the_view_is_imported(
    asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        requires_checkpoint("api_key", **asked)
    given = {f"checkpoint_{name}": value for name, value in asked.items()}
    with pytest.raises(ImproperlyConfigured, match=message):
        type("Page", (CheckpointRequiredMixin,), {"checkpoint": "api_key", **given})
    with pytest.raises(ImproperlyConfigured, match=message):
        guarded.Billing.as_view(**given)


def test_a_class_without_a_checkpoint_is_no_view() -> None:
    with pytest.raises(ImproperlyConfigured, match="unknown checkpoint"):
        CheckpointRequiredMixin.as_view()


@pytest.mark.django_db(transaction=True)
def test_the_guard_runs_once_for_one_request(
    host: Host, django_assert_num_queries: pytest.fixture
) -> None:
    """Marker, decorator and `require` on the same view share one statement."""
    pass_step_up(host.client)
    host.client.get("/billing/")
    # session, user, and the guard's one
    with django_assert_num_queries(3):
        assert host.client.get("/billing/").status_code == 200


def test_a_view_without_the_middleware_is_not_served(host: Host, settings: object) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "otpguard" not in name]
    with pytest.raises(ImproperlyConfigured, match=r"otpguard\.E010"):
        host.client.get("/billing/")
    assert guarded.ran == []


def test_somebody_of_another_tenant_is_denied(host: Host) -> None:
    stranger = factories.member(factories.tenant()).user
    factories.login(host.client, stranger, host.tenant)
    refused = host.client.get("/billing/")
    assert refused.status_code == 403
    assert guarded.ran == []


def plain(request: HttpRequest) -> HttpResponse:
    """A view to be wrapped."""
    return HttpResponse(request.path)


def test_the_wrapped_view_keeps_its_name() -> None:
    assert requires_checkpoint("api_key")(plain).__name__ == "plain"
