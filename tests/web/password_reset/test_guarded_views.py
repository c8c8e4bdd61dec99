"""A forgotten password, as a browser sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from otpguard.channels.providers.memory import SENT
from otpguard.core.password_reset import LINK_LIFE
from otpguard.models import (
    Challenge,
    Event,
    Factor,
    Grant,
    Hold,
    LoginSession,
    Notice,
    ResetLink,
    ResetRequest,
)
from tests import factories
from tests.authenticator import Authenticator
from tests.pausing import meet
from tests.resetting import (
    NEW_PASSWORD,
    answer,
    ask,
    begin,
    follow,
    link_to,
    mailed,
    prove,
    set_password,
    work_off,
)
from tests.store_down import store_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reset_pages")]


@pytest.fixture
def reset_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def has_password(user: Any, password: str) -> bool:
    user.refresh_from_db()
    return bool(user.check_password(password))


def test_a_person_with_a_phone_needs_the_link_and_the_phone() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client = Client()
    page = follow(client, mailed(client, user.email))
    assert page.request["PATH_INFO"] == reverse("otpguard:reset")
    path = prove(client, phone)
    done = set_password(client, path)
    assert done.status_code == 303, done.content[:500]
    assert has_password(user, NEW_PASSWORD)
    assert not Hold.objects.exists(), "a factor was shown, so nothing has to wait"
    assert {"password_reset.sent", "password_reset.done"} <= set(kinds())


def test_the_link_alone_shows_no_form_to_a_person_with_a_factor() -> None:
    user = factories.user()
    factories.totp_factor(user)
    client = Client()
    page = follow(client, mailed(client, user.email))
    assert b"new_password1" not in page.content
    path = reverse("password_reset_confirm", args=[_uid(user), "set-password"])
    refused = set_password(client, path)
    assert refused.status_code == 302
    assert refused["Location"] == reverse("otpguard:reset")
    assert has_password(user, factories.PASSWORD)


def test_without_a_factor_the_link_does_and_what_is_sensitive_waits_a_day() -> None:
    user = factories.user()
    members = [factories.member(factories.tenant(), user) for _ in range(3)]
    client = Client()
    page = follow(client, mailed(client, user.email))
    assert b"new_password1" in page.content
    assert set_password(client, page.request["PATH_INFO"]).status_code == 303
    assert has_password(user, NEW_PASSWORD)
    holds = Hold.objects.filter(checkpoint="*sensitive", lifted_at=None)
    assert {hold.membership_id for hold in holds} == {member.pk for member in members}
    assert all(hold.until > timezone.now() + timedelta(hours=23) for hold in holds)
    assert "_auth_user_id" not in client.session, "a reset logs nobody in"
    assert Notice.objects.filter(user=user, kind="password_was_reset").exists()


def test_every_login_and_proof_ends() -> None:
    user = factories.user()
    tenant = factories.member(factories.tenant(), user).tenant
    elsewhere = factories.login(Client(), user, tenant)
    factories.grant(user, tenant)
    client = Client()
    page = follow(client, mailed(client, user.email))
    set_password(client, page.request["PATH_INFO"])
    assert not LoginSession.objects.filter(user=user, ended_at=None).exists()
    assert not Grant.objects.filter(user=user, revoked_at=None).exists()
    assert elsewhere.get("/whoami/").wsgi_request.user.is_anonymous


def test_what_was_switched_off_still_counts_as_enrolled() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    type(phone).objects.filter(pk=phone.pk).update(disabled_at=timezone.now())
    client = Client()
    page = follow(client, mailed(client, user.email))
    assert page.status_code == 403
    assert b"Ask your administrator" in page.content
    assert has_password(user, factories.PASSWORD)


def test_an_enterprise_tenant_sends_people_without_a_factor_to_an_administrator(
    settings: Any,
) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_FLOOR": {"password_reset": {"reset_without_factor": "administrator"}},
    }
    user = factories.user()
    client = Client()
    page = follow(client, mailed(client, user.email))
    assert page.status_code == 403
    assert b"reset_administrator" in page.content


def test_an_administrator_needs_what_the_strictest_of_their_tenants_asks() -> None:
    user = factories.user()
    factories.member(factories.tenant(), user)
    big = factories.tenant(annual_contract_value=250_000)
    factories.member(big, user, roles=["admin"])
    factories.phone_factor(user)
    client = Client()
    assert follow(client, mailed(client, user.email)).status_code == 403, "a phone is not AAL3"
    factories.passkey_factor(user, Authenticator(origin="https://acme.example"))
    page = follow(client, mailed(client, user.email))
    assert page.status_code == 200
    assert b"asskey" in page.content
    assert b"text message" not in page.content


def test_a_saved_code_recovers_with_the_link_what_was_lost() -> None:
    user = factories.user()
    factories.phone_factor(user)
    codes = factories.recovery_codes(user)
    saved = _recovery_factor(user)
    client = Client()
    follow(client, mailed(client, user.email))
    challenge = begin(client, saved)
    answered = answer(client, challenge, codes[0])
    assert answered.status_code == 303, answered.content[:800]
    page = client.get(answered["Location"], follow=True)
    assert set_password(client, page.request["PATH_INFO"]).status_code == 303
    assert has_password(user, NEW_PASSWORD)


def test_no_code_goes_out_by_email() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client = Client()
    follow(client, mailed(client, user.email))
    challenge = begin(client, phone)
    assert [step["channel"] for step in challenge.plan]
    assert "email" not in [step["channel"] for step in challenge.plan]
    by_email = client.post(reverse("otpguard:reset"), {"factor": str(phone.pk), "by_email": "1"})
    assert by_email.status_code in {302, 429}
    assert not Challenge.objects.filter(plan__contains=[{"channel": "email"}]).exists()


def test_no_challenge_starts_before_a_link_that_counts() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client = Client()
    assert client.get(reverse("otpguard:reset")).status_code == 410
    started = client.post(reverse("otpguard:reset"), {"factor": str(phone.pk)})
    assert started.status_code == 410
    assert not Challenge.objects.exists()


def test_a_challenge_belongs_to_the_browser_that_opened_the_link() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client, other = Client(), Client()
    link = mailed(client, user.email)
    follow(client, link)
    challenge = begin(client, phone)
    code = SENT[-1].code.digits
    follow(other, link)
    assert answer(other, challenge, code).status_code == 404
    assert answer(client, challenge, code).status_code == 303
    assert b"new_password1" not in follow(other, link).content, "nor does the proof"


def test_opening_the_link_changes_nothing() -> None:
    user = factories.user()
    client, scanner = Client(), Client()
    link = mailed(client, user.email)
    for _ in range(3):
        follow(scanner, link)
    row = ResetLink.objects.get()
    assert (row.used_at, row.ended_at) == (None, None)
    page = follow(client, link)
    assert set_password(client, page.request["PATH_INFO"]).status_code == 303


def test_a_link_works_once() -> None:
    user = factories.user()
    client, again = Client(), Client()
    link = mailed(client, user.email)
    path = follow(client, link).request["PATH_INFO"]
    follow(again, link)
    assert set_password(client, path).status_code == 303
    assert b"does not work any more" in set_password(again, path, "some other staple").content
    assert b"does not work any more" in follow(Client(), link).content
    assert has_password(user, NEW_PASSWORD)


def test_a_newer_link_ends_the_older_one() -> None:
    user = factories.user()
    client = Client()
    older = mailed(client, user.email)
    newer = mailed(client, user.email)
    assert older != newer
    assert b"does not work any more" in follow(Client(), older).content
    assert b"new_password1" in follow(Client(), newer).content


def test_a_link_is_valid_for_an_hour() -> None:
    user = factories.user()
    link = mailed(Client(), user.email)
    assert b"new_password1" in follow(Client(), link).content
    factories.age(ResetLink.objects.get(), created_at=timezone.now() - LINK_LIFE)
    assert b"does not work any more" in follow(Client(), link).content


@pytest.mark.parametrize("what", ["login", "password", "email"])
def test_a_link_ends_when_the_account_changes(what: str) -> None:
    user = factories.user()
    link = mailed(Client(), user.email)
    if what == "login":
        user.last_login = timezone.now()
    elif what == "password":
        user.set_password("changed in the meantime")
    else:
        user.email = "elsewhere@example.com"
    user.save()
    assert b"does not work any more" in follow(Client(), link).content


def test_a_link_of_one_person_opens_nothing_of_another() -> None:
    user, other = factories.user(), factories.user()
    link = mailed(Client(), user.email)
    foreign = link.replace(_uid(user), _uid(other))
    assert foreign != link
    assert b"does not work any more" in follow(Client(), foreign).content


@pytest.mark.parametrize("who", ["nobody", "sso", "inactive", "known"])
def test_the_page_is_the_same_for_every_email(who: str) -> None:
    user = factories.user()
    if who == "sso":
        user.set_unusable_password()
    elif who == "inactive":
        user.is_active = False
    user.save()
    email = "nobody@example.com" if who == "nobody" else user.email
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = ask(Client(), email)
    assert response.status_code == 303
    assert response["Location"] == reverse("password_reset_done")
    touched = " ".join(query["sql"] for query in asked.captured_queries)
    assert type(user)._meta.db_table not in touched, "the request looks nobody up"
    assert ResetRequest.objects.count() == 1
    assert email not in ResetRequest.objects.values_list("job", flat=True)[0].token
    assert work_off() == (1 if who == "known" else 0)
    assert not ResetRequest.objects.exists()
    if who != "known":
        assert kinds()[-1] == "password_reset.withheld"
        assert not SENT


def test_a_mailbox_gets_few_links_and_looks_the_same_then() -> None:
    user = factories.user()
    client = Client()
    for _ in range(5):
        assert ask(client, user.email).status_code == 303
    assert ask(client, user.email).status_code == 303
    assert ResetRequest.objects.count() == 5
    assert "password_reset.withheld" in kinds()


def test_a_client_ip_asks_for_few_links() -> None:
    client = Client()
    for number in range(20):
        assert ask(client, f"kim{number}@example.com").status_code == 303
    refused = ask(client, "kim@example.com")
    assert refused.status_code == 429
    assert refused["Retry-After"]


def test_with_the_store_down_nothing_is_set() -> None:
    user = factories.user()
    factories.phone_factor(user)
    client = Client()
    link = mailed(client, user.email)
    follow(client, link)
    with store_down():
        assert client.get(reverse("otpguard:reset")).status_code == 503
    assert has_password(user, factories.PASSWORD)


def test_the_link_goes_to_the_account_s_own_spelling() -> None:
    factories.user(email="Kim@example.com")
    ask(Client(), "kim@example.COM")
    work_off()
    assert link_to("Kim@example.com")


def _uid(user: Any) -> str:
    return urlsafe_base64_encode(force_bytes(user.pk))


def _recovery_factor(user: Any) -> Any:
    return Factor.objects.get(user=user, kind="recovery")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_reset_does_not_undo_what_happens_to_the_account_meanwhile() -> None:
    """The view has read the person; before it holds their lock, somebody else changes them."""
    user, client = factories.user(), Client()
    path = follow(client, mailed(client, user.email)).request["PATH_INFO"]
    met = meet(
        lambda: set_password(client, path).status_code,
        lambda: type(user).objects.filter(pk=user.pk).update(first_name="Changed"),
        after="otpguard_resetlink",
    )
    assert met.was_held
    assert met.failures == []
    assert met.held.result == 303
    assert has_password(user, NEW_PASSWORD)
    assert user.first_name == "Changed"


def test_a_session_that_somebody_has_planted_opens_nothing() -> None:
    user, victim, thief = factories.user(), Client(), Client()
    planted = victim.session
    planted["planted"] = True
    planted.save()
    thief.cookies["sessionid"] = planted.session_key
    path = follow(victim, mailed(Client(), user.email)).request["PATH_INFO"]
    set_password(thief, path)
    assert not has_password(user, NEW_PASSWORD)
    assert victim.session["planted"], "what was in it stays"
    assert set_password(victim, path).status_code == 303
    assert has_password(user, NEW_PASSWORD)
