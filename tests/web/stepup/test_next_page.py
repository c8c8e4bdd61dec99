"""After the proof: the page, or the kept form by a click, never a silent replay (D4)."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from otpguard.models import Event, KeptForm
from otpguard.web.stepup.next_page import safe_path
from tests import factories, guarded
from tests.host import Host
from tests.stepup import continue_form, step_up

CARD = {"holder": "Ada", "card_number": "4242"}
KEY = {"name": "ci", "scopes": ["read", "write"]}


def test_a_kept_form_is_shown_under_its_name_and_not_sent(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", KEY))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Create or rotate an API key" in text
    assert "key &#x27;ci&#x27;" in text
    assert guarded.ran == [], "nothing runs without a click"


def test_the_click_sends_it_once(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", KEY))
    assert continue_form(host.client, page).status_code == 200
    assert guarded.ran == ["key ci"]
    second = continue_form(host.client, page)
    assert second.status_code == 409
    assert guarded.ran == ["key ci"]


def test_reloading_the_page_loses_nothing(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", KEY))
    reloaded = host.client.get(page.request["PATH_INFO"])
    assert reloaded.status_code == 200
    assert continue_form(host.client, reloaded).status_code == 200


def test_a_request_planted_by_a_stolen_session_does_not_run_in_the_owners(host: Host) -> None:
    """D4: the thief's form belongs to the thief's login session."""
    thief = host.another_client(headers={"Accept": "text/html"})
    planted = thief.post("/roles/eve/", {"role": "admin"})
    form = KeptForm.objects.get()
    page = step_up(host.client, host.client.post("/roles/bob/", {"role": "admin"}))
    url = f"/roles/eve/?otpguard_kept={form.pk}"
    assert host.client.post(url, {"role": "admin"}).status_code == 303
    assert guarded.ran == []
    assert host.client.get(planted["Location"]).status_code == 403
    assert "eve" not in page.content.decode()


def test_a_tampered_form_is_asked_anew_where_the_checkpoint_binds(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/bob/", {"role": "member"}))
    assert continue_form(host.client, page, role="owner").status_code == 303
    assert guarded.ran == []


def test_secrets_are_not_kept_and_the_page_asks_for_them_alone(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", {**KEY, "new_password": "hunter2"}))
    text = page.content.decode()
    assert "hunter2" not in text
    assert "New password" in text, "a name nobody gave a label to is told in words"
    assert 'name="name" value="ci"' in text
    assert continue_form(host.client, page, new_password="hunter2").status_code == 200
    assert guarded.ran == ["key ci"]


def test_a_missing_file_is_asked_for_and_sent_with_the_rest(host: Host) -> None:
    logo = SimpleUploadedFile("logo.txt", b"logo")
    page = step_up(host.client, host.client.post("/keys/", {**KEY, "logo": logo}))
    assert [(blank["name"], blank["kind"]) for blank in page.context["blanks"]] == [
        ("logo", "file")
    ]
    assert b'enctype="multipart/form-data"' in page.content


def test_fields_are_called_as_their_form_calls_them(host: Host) -> None:
    page = step_up(host.client, host.client.post("/cards/", CARD))
    shown = [(field["label"], field["value"]) for field in page.context["fields"]]
    assert shown == [("Name on the card", "Ada")]
    assert [blank["label"] for blank in page.context["blanks"]] == ["Number of the card"]


def test_a_form_that_is_too_large_to_keep_is_said_to_be_so(host: Host) -> None:
    refused = host.client.post("/keys/", {**KEY, "notes": "x" * 70_000})
    page = step_up(host.client, refused)
    assert b"send it once more" in page.content
    assert host.client.post("/keys/", KEY).status_code == 200


def test_a_kept_form_that_lapsed_says_so(host: Host) -> None:
    refused = host.client.post("/keys/", KEY)
    KeptForm.objects.all().delete()
    page = step_up(host.client, refused)
    assert page.status_code == 410
    assert b"Fill it in again" in page.content


def test_a_form_whose_view_failed_can_be_sent_again(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/failing/", {"role": "admin"}))
    assert continue_form(host.client, page).status_code == 503
    assert continue_form(host.client, page).status_code == 503, "asked again, not refused as used"


def test_continuing_needs_a_csrf_token(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", KEY))
    strict = Client(enforce_csrf_checks=True, headers={"Accept": "text/html"})
    strict.cookies = host.client.cookies
    assert continue_form(strict, page).status_code == 403
    assert guarded.ran == []


def test_a_call_by_fetch_ends_on_a_page_that_can_be_closed(host: Host) -> None:
    refused = host.client.post("/keys/", KEY, headers={"Accept": "application/json"})
    page = step_up(host.client, refused)
    assert b"done.js" in page.content
    assert not KeptForm.objects.exists(), "the client repeats its own call"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_no_redirect_leaves_the_site(path: str) -> None:
    assert safe_path(RequestFactory().get("/"), path) == ""


def test_a_foreign_referer_is_not_where_one_goes_back_to(host: Host) -> None:
    refused = host.client.post(
        "/keys/", KEY, headers={"Accept": "text/html", "Referer": "https://evil.example/x"}
    )
    page = host.client.get(refused["Location"])
    assert b"evil.example" not in page.content


def test_the_log_tells_the_whole_story(host: Host) -> None:
    page = step_up(host.client, host.client.post("/keys/", KEY))
    continue_form(host.client, page)
    story = Event.objects.get(kind="grant.issued").story
    kinds = list(Event.objects.filter(story=story).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "checkpoint.required",
        "form.kept",
        "challenge.started",
        "challenge.sent",
        "challenge.verified",
        "grant.issued",
        "form.continued",
        "checkpoint.passed",
    ]


def test_other_peoples_kept_forms_stay_theirs(host: Host) -> None:
    host.client.post("/keys/", KEY)
    form = KeptForm.objects.get()
    colleague = factories.login(Client(), factories.member(host.tenant).user, host.tenant)
    factories.phone_factor(KeptForm.objects.get().user)
    answer = colleague.post(f"/keys/?otpguard_kept={form.pk}", KEY)
    assert answer.status_code in {303, 401}
    form.refresh_from_db()
    assert form.used_at is None


def test_the_query_of_a_kept_form_is_sent_on_as_well(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/bob/?until=monday", {"role": "admin"}))
    assert page.context["url"].startswith("/roles/bob/?until=monday&otpguard_kept=")
    assert continue_form(host.client, page).status_code == 200
    assert guarded.ran == ["bob is admin"]


def test_a_form_kept_in_one_tenant_is_not_sent_on_in_another(host: Host) -> None:
    other = factories.member(factories.tenant(), host.user).tenant
    factories.select(host.client, other)
    step_up(host.client, host.client.get("/billing/"))
    factories.select(host.client, host.tenant)
    page = step_up(host.client, host.client.post("/billing/", {"plan": "big"}))
    guarded.ran.clear()
    factories.select(host.client, other)
    assert continue_form(host.client, page).status_code == 409
    assert guarded.ran == []
