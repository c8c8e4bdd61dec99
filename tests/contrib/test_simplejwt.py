"""Apps with tokens of simplejwt: their person confirms in a browser, and it counts for that login
of the app alone. With the real package."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import RefreshToken

from otpguard.contrib.simplejwt import LoginTokenAuthentication
from otpguard.exceptions import InsideTransaction
from otpguard.flows.session.sign_out import end_others
from otpguard.models import Event, Grant, LoginSession, TokenLogin
from tests import client_host, factories
from tests.client_host import ran
from tests.sign_in_rule import own_sign_in_only
from tests.stepup import step_up
from tests.store_down import store_down
from tests.token_clients import (
    OTHER_RETURN_URL,
    PASSWORD,
    RETURN_URL,
    App,
    Person,
    code_on,
    confirm,
    person,
    post,
    set_jwt,
)
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db(transaction=True)
ROTATING = {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}


@pytest.fixture
def who(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Person:
    set_jwt(monkeypatch, **ROTATING)
    return person(settings)


def browser_url(refused: Any) -> str:
    assert refused.status_code == 401, refused.content
    told = refused.json()
    assert (told["code"], told["checkpoint"]) == ("step_up_required", "billing_change")
    assert "challenge_url" not in told
    assert told["call_id"]
    url: str = told["browser_url"]
    return url


def confirmed(who: Person) -> Any:
    """A login of the app that has passed."""
    app = who.app()
    code = confirm(who.browser(), browser_url(app.call()))
    assert app.call(code=code).status_code == 200
    return app


def test_a_token_alone_is_refused_and_the_app_gets_a_page_for_the_browser(who: Person) -> None:
    refused = who.app().call()
    assert browser_url(refused).startswith("http://testserver/security/client/")
    assert refused.json()["target"] == "plan"
    assert refused["Cache-Control"] == "private, no-store"
    assert ran == []
    assert not Grant.objects.exists()


def test_what_the_person_confirms_in_a_browser_counts_for_the_app(who: Person) -> None:
    app = who.app()
    code = confirm(who.browser(), browser_url(app.call()))
    assert app.call().status_code == 401, "the app has to show the code"
    assert app.call(code=code).status_code == 200
    assert app.call().status_code == 200, "the proof is as good as a browser's"
    assert ran == ["billing", "billing"]
    session = TokenLogin.objects.get().session
    assert Grant.objects.filter(sid=session.pk).exists()
    assert session.primary == "password"


def test_the_code_goes_where_the_site_says(who: Person) -> None:
    app = who.app()
    headers = {"X-Tenant": str(who.tenant.pk), "Authorization": f"Bearer {app.access}"}
    wanted = {
        "": RETURN_URL,
        OTHER_RETURN_URL: OTHER_RETURN_URL.replace("?", "?"),
        "https://evil.example/": RETURN_URL,
    }
    for named, expected in wanted.items():
        refused = Client().post("/billing/", headers={**headers, "Otpguard-Return": named})
        browser = who.browser()
        begun = browser.post(browser_url(refused))
        from_page = _last_page(browser, begun)
        assert f'href="{expected}' in from_page.replace("&amp;", "&")


def _last_page(browser: Client, begun: Any) -> str:
    return step_up(browser, begun["Location"]).content.decode()


def test_another_person_s_browser_confirms_nothing(who: Person) -> None:
    url = browser_url(who.app().call())
    stranger = factories.member(who.tenant, roles=["admin"]).user
    factories.phone_factor(stranger)
    browser = factories.login(Client(headers={"Accept": "text/html"}), stranger, who.tenant)
    for answer in (browser.get(url), browser.post(url)):
        assert answer.status_code == 403
        assert b"other_account" in answer.content
    assert confirm(who.browser(), url), "it was not used up"


def test_somebody_who_is_not_logged_in_logs_in_first(who: Person) -> None:
    answer = Client().get(browser_url(who.app().call()))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/?next=/security/client/")


def test_a_page_is_opened_by_one_browser_once(who: Person) -> None:
    url = browser_url(who.app().call())
    assert who.browser().get(url).status_code == 200, "opening it changes nothing"
    assert who.browser().post(url).status_code == 303
    assert who.browser().post(url).status_code == 410


def test_the_last_page_is_of_the_browser_that_began(who: Person) -> None:
    browser = who.browser()
    app = who.app()
    url = browser_url(app.call())
    confirm(browser, url)
    done = browser.get("/security/client/nothing/done/")
    assert done.status_code == 410


def test_a_code_serves_once_and_for_its_own_login(who: Person) -> None:
    app, copied = who.app(), who.app()
    code = confirm(who.browser(), browser_url(app.call()))
    copied.call_id = app.call_id
    assert copied.call(code=code).status_code == 401, "another login of the same person"
    assert app.call(code=code).status_code == 200
    Grant.objects.filter(sid=TokenLogin.objects.order_by("pk")[0].session_id).delete()
    assert app.call(code=code).status_code == 401


def test_the_owner_s_app_carries_nothing_out_for_a_thief_of_its_token(who: Person) -> None:
    app = who.app()
    thief = App(app.tenant, app.access, refresh="")
    asked = thief.call("/pay/", amount=900)
    assert asked.status_code == 401
    code = confirm(who.browser(), asked.json()["browser_url"])
    assert app.call(code=code).status_code == 401, "the code has come to it, unasked"
    assert app.call_id, "it has asked for something of its own now"
    assert app.call(code=code).status_code == 401
    assert thief.call("/pay/", amount=900).status_code == 401
    assert ran == []


def test_a_proof_of_one_login_is_none_of_another(who: Person) -> None:
    confirmed(who)
    assert who.app().call().status_code == 401


def test_a_bound_proof_serves_its_one_action(who: Person) -> None:
    app = who.app()
    refused = app.call("/pay/", amount=5)
    code = confirm(who.browser(), refused.json()["browser_url"])
    assert app.call("/pay/", code=code, amount=9).status_code == 401
    assert app.call("/pay/", amount=5).status_code == 200
    assert app.call("/pay/", amount=5).status_code == 401
    assert ran == ["pay 5"]


def test_a_rotated_refresh_token_carries_the_login_on(who: Person) -> None:
    app = confirmed(who)
    before = app.refresh
    assert app.renew().status_code == 200
    assert app.refresh != before
    assert app.call().status_code == 200
    assert app.renew().status_code == 200
    assert app.call().status_code == 200


def test_without_rotation_it_does_so_too(settings: Any) -> None:
    app = confirmed(person(settings))
    assert app.renew().status_code == 200
    assert app.call().status_code == 200


@pytest.mark.parametrize("jwt", [ROTATING, {"ROTATE_REFRESH_TOKENS": True}])
def test_a_refresh_token_that_was_replaced_ends_the_login(
    settings: Any, monkeypatch: pytest.MonkeyPatch, jwt: dict[str, bool]
) -> None:
    set_jwt(monkeypatch, **jwt)
    app = confirmed(person(settings))
    stolen = app.refresh
    assert app.renew().status_code == 200
    assert post("/token/refresh/", refresh=stolen).status_code == 401
    assert app.call().status_code == 401
    assert app.renew().status_code == 401
    assert not Grant.objects.filter(
        sid=LoginSession.objects.get(primary="password", session_key="").pk, revoked_at=None
    ).exists()


def test_a_blacklisted_refresh_token_ends_the_login_at_once(who: Person) -> None:
    app = confirmed(who)
    assert post("/token/blacklist/", refresh=app.refresh).status_code == 200
    refused = app.call()
    assert refused.status_code == 401
    assert "browser_url" not in refused.json()
    assert TokenLogin.objects.get().session.ended_at is not None
    assert app.renew().status_code == 401


def test_signing_out_elsewhere_ends_it(who: Person) -> None:
    app, browser = confirmed(who), who.browser()
    sid = factories.sid_of(browser)
    end_others(facts=factories.facts(who.user, who.tenant, sid=sid))
    assert app.call().status_code == 401
    assert app.renew().status_code == 401


def test_a_new_password_ends_it(who: Person) -> None:
    app = confirmed(who)
    who.user.set_password("another long password")
    who.user.save()
    assert app.call().status_code == 401
    assert app.renew().status_code == 401


def test_a_login_that_has_ended_gets_no_code(who: Person) -> None:
    app, browser = who.app(), who.browser()
    url = browser_url(app.call())
    post("/token/blacklist/", refresh=app.refresh)
    app.call()
    assert browser.get(url).status_code == 410
    assert browser.post(url).status_code == 410


def test_a_browser_s_login_that_has_ended_hands_nothing_over(who: Person) -> None:
    app, browser = who.app(), who.browser()
    code = confirm(browser, browser_url(app.call()))
    LoginSession.objects.filter(pk=factories.sid_of(browser)).update(ended_at=timezone.now())
    assert app.call(code=code).status_code == 401


def test_tokens_that_belong_to_no_login_let_no_proof_count(who: Person) -> None:
    bare = RefreshToken.for_user(who.user)
    headers = {"X-Tenant": str(who.tenant.pk), "Authorization": f"Bearer {bare.access_token}"}
    answer = Client().post("/billing/", headers=headers)
    assert answer.status_code == 401
    assert "browser_url" not in answer.json()
    assert post("/token/refresh/", refresh=str(bare)).status_code == 200


@pytest.mark.parametrize("shown", ["", "nonsense", "gAAAAABx"])
def test_a_code_that_is_none_is_as_no_code(who: Person, shown: str) -> None:
    assert who.app().call(code=shown).status_code == 401


def test_while_the_store_is_down_nobody_passes(who: Person) -> None:
    app = confirmed(who)
    ran.clear()
    with store_down():
        assert app.call().status_code == 503
    assert client_host.ran == []


def test_a_login_and_its_end_are_in_the_log(who: Person) -> None:
    app = confirmed(who)
    post("/token/blacklist/", refresh=app.refresh)
    app.call()
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("grant.issued") == 2, "in the browser, and for the app"
    assert kinds[-1] == "session.ended"


def test_nothing_works_without_a_way_back(settings: Any, who: Person) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "CLIENT_RETURN_URLS": []}
    with pytest.raises(ImproperlyConfigured, match="CLIENT_RETURN_URLS"):
        LoginTokenAuthentication().authenticate(None)


def test_the_code_of_an_open_browser_is_on_its_last_page_alone(who: Person) -> None:
    app, browser = who.app(), who.browser()
    confirm(browser, browser_url(app.call()))
    # A browser that has just confirmed need not do it once more, but is asked.
    url = browser_url(who.app().call())
    begun = browser.post(url)
    page = browser.get(begun["Location"], follow=True)
    assert code_on(page)


def test_who_signs_in_at_the_owner_of_their_domain_gets_no_tokens(who: Person) -> None:
    """Also as a member of another organization, which asks for nothing."""
    own_sign_in_only(who.tenant, who.user)
    factories.member(factories.tenant(), who.user)
    assert who.app().access, "no organization has this domain"
    TokenLogin.objects.all().delete()
    who.user.email = f"ann@{DOMAIN}"
    who.user.save()
    domain = verified(who.tenant)
    refused = post("/token/", username=who.user.get_username(), password=PASSWORD)
    assert refused.status_code == 403
    assert not {"access", "refresh"} & set(refused.json())
    assert refused.json()["code"] == "sso_required"
    assert not TokenLogin.objects.exists()
    domain.delete()
    assert who.app().access


def test_nobody_gets_tokens_while_the_store_is_down(who: Person) -> None:
    who.app()
    TokenLogin.objects.all().delete()
    client = Client(raise_request_exception=False)
    data = {"username": who.user.get_username(), "password": PASSWORD}
    with store_down():
        refused = client.post("/token/", data, content_type="application/json")
    assert refused.status_code in {500, 503}
    assert not TokenLogin.objects.exists()


def test_a_refresh_that_would_be_rolled_back_says_so(who: Person) -> None:
    app = who.app()
    with transaction.atomic(), pytest.raises(InsideTransaction, match="the refresh"):
        app.renew()
    assert app.renew().status_code == 200
