"""The page that changes wishes: for the site or a tenant, with what the floor grants."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.models import PolicyWish
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
CHOOSE = "admin:otpguard_policywish_do_choose"


def page_for(scope: str, checkpoint: str) -> str:
    return reverse("admin:otpguard_policywish_set", args=[scope, checkpoint])


def test_a_place_is_chosen_by_slug_and_checkpoint(site: Client) -> None:
    tenant = factories.tenant("acme")
    url = reverse(CHOOSE)
    for query, scope in (({"tenant": "acme"}, str(tenant.pk)), ({"tenant": ""}, "site")):
        answer = site.get(url, {**query, "checkpoint": "api_key"})
        assert urlsplit(answer["Location"]).path == page_for(scope, "api_key")
    assert site.get(url, {"tenant": "acme"}).status_code == 200, "asks for the checkpoint first"
    assert site.get(url, {"tenant": "nowhere", "checkpoint": "*"}).status_code == 400


def test_a_tenants_wishes_get_a_version_and_show_at_once(act: Act, site: Client) -> None:
    tenant = factories.tenant()
    url = page_for(str(tenant.pk), "billing_change")
    page = act(url, ttl="900 s", required_level="AAL3")
    row = PolicyWish.objects.get()
    assert (row.tenant, row.version) == (tenant, 1)
    assert row.wishes == {"ttl": 900, "required_level": "AAL3"}
    text = page.content.decode()
    assert "Saved as version 1" in text
    assert "Counts now: <strong>a passkey, security key or hardware token (AAL3)</strong>" in text
    assert "Counts now: <strong>15 min</strong>" in text
    act(url, ttl="600 s")
    assert list(PolicyWish.objects.order_by("version").values_list("version", "current")) == [
        (1, False),
        (2, True),
    ]
    listed = site.get(
        reverse("admin:otpguard_policywish_changelist"),
        {"tenant__id__exact": str(tenant.pk), "checkpoint": "billing_change"},
    )
    assert len(listed.context["cl"].result_list) == 2


def test_a_wish_below_the_floor_says_what_is_granted_instead(act: Act) -> None:
    page = act(page_for("site", "role_grant"), hold="1 min", required_level="AAL1").content.decode()
    assert "“Waiting period afterwards”: you asked for 1 min, the floor grants 24 h." in page
    assert "a confirmed phone (AAL1), the floor grants a second way to confirm (AAL2)." in page


def test_a_weaker_policy_is_said_to_be_weaker(act: Act) -> None:
    url = page_for("site", "billing_change")
    act(url, ttl="600 s")
    assert "Weaker than before: Time a proof serves." in act(url, ttl="1200 s").content.decode()


def test_wishes_for_every_checkpoint_have_a_page_too(act: Act) -> None:
    page = act(page_for("site", "*"), max_attempts="3")
    assert PolicyWish.objects.get().checkpoint == "*"
    assert "Counts now" not in page.content.decode()


def test_a_value_out_of_bounds_is_refused_at_its_field(site: Client) -> None:
    page = site.post(page_for("site", "api_key"), {"ttl": "31 min"})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["ttl"]
    assert not PolicyWish.objects.exists()


@pytest.mark.parametrize(
    ("scope", "checkpoint"), [("site", "nothing"), ("elsewhere", "api_key"), ("0" * 32, "api_key")]
)
def test_a_place_that_is_not_there_is_not_found(site: Client, scope: str, checkpoint: str) -> None:
    assert site.get(page_for(scope, checkpoint)).status_code == 404


def test_staff_inside_a_tenant_change_neither_the_sites_wishes_nor_anothers(
    site: Client, operator: AbstractUser
) -> None:
    own = factories.tenant()
    factories.member(own, operator)
    factories.select(site, own)
    for scope in ("site", str(factories.tenant().pk)):
        asked = site.post(page_for(scope, "api_key"), {"ttl": "10 min"}, HTTP_ACCEPT="text/html")
        assert continue_form(site, step_up(site, asked)).status_code == 403
    assert not PolicyWish.objects.exists()
